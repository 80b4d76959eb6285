#!/usr/bin/env -S node --disable-warning=ExperimentalWarning --max-semi-space-size=8 --heap-growing-percent=15 --no-separate-gc-phases
import { KerbsideError } from './model/error.ts'

const USAGE = `kerbside: from a device's publish to rounds for the lorries and feeds for the buses

  kerbside up [--demo]              all in one process; --demo adds a simulated town
  kerbside broker                   MQTT and the journal
  kerbside ingest                   from a broker to the store
  kerbside api [--demo]             HTTP; --demo is for kerbside sim: rounds follow its streets where no map is imported
  kerbside sim [--seed N] [--troubles]
                                    a simulated town that publishes to a running Kerbside; some devices burn, tilt, fall silent
  kerbside replay PATH [--speed N] [--authority ID]
                                    publishes a recording as if it were live; speed 0 is as fast as it goes
  kerbside plan AUTHORITY [--date D] [--next-date D] [--seconds S] [--threads N] [--seed K] [--bins a,b]
                       [--out FILE]
                                    has a running Kerbside plan a round; FILE ends in .json, .geojson, .gpx, .csv, .html
  kerbside import osm FILE.osm.pbf  the streets that rounds are planned on, instead of those imported before
  kerbside import town [--seed N]   those of the simulated town, for kerbside sim beside services
  kerbside import devices FILE --authority ID [--kind bin] [--credentials FILE] [--map FIELD=PROPERTY] [--skip-bad]
                                    registers what a GeoJSON or CSV file lists: devices, depots, tips
  kerbside import gtfs FILE.zip --authority ID
                                    puts a timetable to use, or says what is wrong with it
  kerbside key                      makes a new key of the installation and prints it; the old one ends
  kerbside bench NAME …             measures: ingest, store, connections, console, kill, outage, traffic, forecast, vrp, rounds, matrix, gtfs-import, predictions, signs, feed, alerts

Settings come from the environment: docs/configuration.md.
`

/** Each is loaded where it is asked for. */
const COMMANDS: Readonly<Record<string, () => Promise<(args: string[]) => Promise<void>>>> = {
  up: async () => (await import('./commands/up.ts')).up,
  broker: async () => (await import('./commands/broker.ts')).broker,
  ingest: async () => (await import('./commands/ingest.ts')).ingest,
  api: async () => (await import('./commands/api.ts')).api,
  sim: async () => (await import('./commands/sim.ts')).sim,
  replay: async () => (await import('./commands/replay.ts')).replay,
  plan: async () => (await import('./commands/plan.ts')).plan,
  import: async () => (await import('./commands/import.ts')).importFile,
  key: async () => (await import('./commands/key.ts')).key,
  bench: async () => (await import('./commands/bench.ts')).bench,
}

async function runCommand([name = '', ...args]: string[]): Promise<number> {
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined
  if (!command) {
    if (['', 'help', '--help', '-h'].includes(name)) {
      process.stderr.write(USAGE)
      return 0
    }
    const names = Object.keys(COMMANDS).join(', ')
    process.stderr.write(
      `kerbside: ${name} is no command; there are ${names} (kerbside help explains them)\n`,
    )
    return 2
  }
  try {
    await (await command())(args)
    return 0
  } catch (error) {
    if (error instanceof KerbsideError) {
      process.stderr.write(`kerbside: ${error.message}\n`)
      return 1
    }
    if (error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS')) {
      process.stderr.write(`kerbside ${name}: ${error.message}\n\n${USAGE}`)
      return 2
    }
    throw error
  }
}

process.exit(await runCommand(process.argv.slice(2)))
