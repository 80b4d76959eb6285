import { KerbsideError } from '../model/error.ts'

export async function bench([name = '', ...args]: string[]): Promise<void> {
  const benches: Record<string, () => Promise<(args: string[]) => Promise<Record<string, number | string>>>> =
    {
      ingest: async () => (await import('../bench/ingest.ts')).benchIngest,
      export: async () => (await import('../bench/export.ts')).benchExport,
      store: async () => (await import('../bench/store.ts')).benchStore,
      decode: async () => (await import('../bench/decode.ts')).benchDecode,
      matrix: async () => (await import('../bench/matrix.ts')).benchMatrix,
      console: async () => (await import('../bench/console.ts')).benchConsole,
      connections: async () => (await import('../bench/connections.ts')).benchConnections,
      kill: async () => (await import('../bench/kill.ts')).benchKill,
      outage: async () => (await import('../bench/outage.ts')).benchOutage,
      traffic: async () => (await import('../bench/traffic.ts')).benchTraffic,
      forecast: async () => (await import('../bench/fill-forecast.ts')).benchFillForecast,
      vrp: async () => (await import('../bench/vrp.ts')).benchVrp,
      rounds: async () => (await import('../bench/rounds.ts')).benchRounds,
      feed: async () => (await import('../bench/feed.ts')).benchFeed,
      signs: async () => (await import('../bench/signs.ts')).benchSigns,
      predictions: async () => (await import('../bench/predictions.ts')).benchPredictions,
      alerts: async () => (await import('../bench/alerts.ts')).benchAlerts,
      'gtfs-import': async () => (await import('../bench/gtfs-import.ts')).benchGtfsImport,
    }
  const load = Object.hasOwn(benches, name) ? benches[name] : undefined
  if (!load) {
    const names = Object.keys(benches).join(', ')
    throw new KerbsideError(
      'INVALID_REQUEST',
      `bench: ${name || 'nothing'} is no benchmark; there are ${names}`,
    )
  }
  const run = await load()
  process.stdout.write(`${JSON.stringify(await run(args))}\n`)
}
