import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { createTown, request } from '../tests/fixtures/api-client.ts'
import { startFaultyProxy } from '../tests/fixtures/start-faulty-proxy.ts'
import { startInfluxdb } from '../tests/fixtures/start-influxdb.ts'
import { startKerbside } from '../tests/fixtures/start-kerbside.ts'
import { startLoad } from '../tests/fixtures/start-load.ts'

const DEVICES = 50

/**
 * InfluxDB away while devices publish at a steady rate: how much waits in the journal, and how fast it drains once the
 * store is back, beside the rate at which it came in.
 */
export async function benchOutage(args: string[]): Promise<Record<string, number | string>> {
  const { values } = parseArgs({
    args,
    options: { seconds: { type: 'string', default: '30' }, rate: { type: 'string', default: '3000' } },
  })
  const seconds = Number(values.seconds)
  const rate = Number(values.rate)
  const folder = await mkdtemp(join(tmpdir(), 'kerbside-bench-'))
  const influxdb = await startInfluxdb()
  const proxy = await startFaultyProxy(influxdb.url)
  const kerbside = await startKerbside(['up'], {
    KERBSIDE_DATA: folder,
    KERBSIDE_STORE: `influxdb:${proxy.url}?database=outage`,
  })
  try {
    const credentials = await createTown(kerbside.apiUrl, 'bench', DEVICES)
    const pending = async (): Promise<number> =>
      (await request<{ pending: number }>(kerbside.apiUrl, '/v1/authorities/bench/ingest')).pending
    proxy.fault = 'cut'
    const { acknowledged, seconds: loadSeconds } = await startLoad({
      mqttUrl: kerbside.mqttUrl,
      devices: credentials.map((login, index) => ({
        ...login,
        topic: `kerbside/v1/bench/bin/bin-${index + 1}/reading`,
      })),
      seconds,
      rate,
    }).result
    const waiting = await pending()
    proxy.fault = 'none'
    const backAt = performance.now()
    // The ingest finds out by itself that the store is back: what it still waits is not part of the draining.
    while ((await pending()) === waiting) await delay(5)
    const startedAt = performance.now()
    while ((await pending()) > 0) await delay(5)
    const drainSeconds = (performance.now() - startedAt) / 1000
    const inPerSecond = acknowledged / loadSeconds
    return {
      acknowledged,
      waiting,
      inMessagesPerSecond: Math.round(inPerSecond),
      noticedSeconds: Number(((startedAt - backAt) / 1000).toFixed(2)),
      drainSeconds: Number(drainSeconds.toFixed(2)),
      drainMessagesPerSecond: Math.round(waiting / drainSeconds),
      ratio: Number((waiting / drainSeconds / inPerSecond).toFixed(1)),
    }
  } finally {
    await kerbside.stop()
    await proxy.stop()
    await influxdb.close()
    await rm(folder, { recursive: true, force: true })
  }
}
