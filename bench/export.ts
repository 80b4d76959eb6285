import { monitorEventLoopDelay } from 'node:perf_hooks'
import { parseArgs } from 'node:util'
import { readDay } from '../api/exports/read-day.ts'
import { writeCsvDay, writeParquetDay } from '../api/exports/write-day.ts'
import { termsOfDataset } from '../exchange/dataset-terms.ts'
import { listExportColumns } from '../exchange/exports/export-columns.ts'
import { createPublishedView, PUBLIC_FIELDS } from '../exchange/published-view.ts'
import type { Authority } from '../model/authority.ts'
import type { Device } from '../model/device.ts'
import { silentLogger } from '../model/logger.ts'
import { createRandom } from '../model/random.ts'
import type { Reading } from '../model/reading.ts'
import { openDuckdbReadingStore } from '../store/duckdb-reading-store.ts'

/** Every counter tells of two directions each 5 minutes. */
const INTERVAL_SECONDS = 300
const READINGS_PER_COUNTER = (2 * 86_400) / INTERVAL_SECONDS
/** 2026-02-16T00:00:00Z */
const FROM = 1_771_200_000_000
const DAY = { from: FROM, to: FROM + 86_400_000 }
const BATCH = 5_000

/** A generated day of counters, read from DuckDB and written as the bulk files are, in both formats. */
export async function benchExport(args: string[]): Promise<Record<string, number | string>> {
  const { values } = parseArgs({ args, options: { counters: { type: 'string', default: '1000' } } })
  const count = Number(values.counters)
  if (!Number.isInteger(count) || count < 1) {
    throw new Error(`--counters is ${values.counters}, and must be a whole number of at least 1`)
  }
  const store = await openDuckdbReadingStore({ path: ':memory:', logger: silentLogger })
  try {
    const devices = Array.from({ length: count }, (_, index) => createCounter(index))
    let batch: Reading[] = []
    for (const reading of generateDay(devices)) {
      batch.push(reading)
      if (batch.length < BATCH) continue
      await store.write(batch)
      batch = []
    }
    await store.write(batch)

    const authority: Authority = { id: 'leeds', name: 'Leeds', timeZone: 'UTC', published: ['counters'] }
    const now = DAY.to + 86_400_000
    const view = createPublishedView(authority, 'counters', now)
    const shown = {
      ...view,
      authority,
      dataset: 'counters' as const,
      terms: termsOfDataset(authority, 'counters'),
      fields: PUBLIC_FIELDS.traffic,
      isWhole: false,
      now,
      listDevices: () => devices.flatMap((device) => view.findDevice(device) ?? []),
      listLatest: () => store.listLatest('leeds', 'traffic'),
    }
    const columns = listExportColumns('counters', shown.fields)
    const results: Record<string, number | string> = { rows: count * READINGS_PER_COUNTER }
    const formats = {
      csv: () => writeCsvDay(columns, readDay(store, shown, columns, DAY)),
      parquet: () => writeParquetDay(columns, readDay(store, shown, columns, DAY), { dataset: 'counters' }),
    }
    // Once before, so that what is measured is what a process that has run for a while does.
    for (const write of Object.values(formats)) for await (const _ of write());
    for (const [name, write] of Object.entries(formats)) {
      Object.assign(results, await measure(name, write(), count * READINGS_PER_COUNTER))
      process.stderr.write(`export: ${JSON.stringify(results)}\n`)
    }
    return results
  } finally {
    await store.close()
  }
}

async function measure(
  name: string,
  pieces: AsyncIterable<string | Uint8Array>,
  rows: number,
): Promise<Record<string, number>> {
  const delays = monitorEventLoopDelay({ resolution: 1 })
  delays.enable()
  const start = performance.now()
  let bytes = 0
  for await (const piece of pieces) {
    bytes += Buffer.byteLength(piece)
    // As a connection would, let others have their turn.
    await new Promise((resolve) => setImmediate(resolve))
  }
  const seconds = (performance.now() - start) / 1000
  delays.disable()
  return {
    [`${name}RowsPerSecond`]: Math.round(rows / seconds),
    [`${name}MegabytesPerSecond`]: Math.round(bytes / seconds / 1e5) / 10,
    [`${name}Megabytes`]: Math.round(bytes / 1e5) / 10,
    [`${name}LongestBlockMilliseconds`]: Math.round(delays.max / 1e6),
  }
}

function createCounter(index: number): Device {
  return {
    id: `counter-${index}`,
    kind: 'traffic',
    name: `Road ${index}`,
    longitude: -1.5 + (index % 100) / 1000,
    latitude: 53.8 + Math.floor(index / 100) / 1000,
    uprn: null,
    usrn: null,
    stopIds: [],
    settings: {},
  }
}

function* generateDay(devices: readonly Device[]): Generator<Reading> {
  const random = createRandom(1)
  for (let time = DAY.from; time < DAY.to; time += INTERVAL_SECONDS * 1000) {
    for (const { id } of devices) {
      for (const direction of ['in', 'out']) {
        yield {
          authority: 'leeds',
          kind: 'traffic',
          device: id,
          part: `direction:${direction}`,
          time,
          receivedTime: time + INTERVAL_SECONDS * 1000 + Math.floor(random() * 60_000),
          fields: {
            direction,
            intervalSeconds: INTERVAL_SECONDS,
            countsCar: Math.floor(random() * 80),
            countsCycle: Math.floor(random() * 20),
            countsHgv: Math.floor(random() * 5),
            meanSpeedKph: Math.round(random() * 500) / 10,
          },
        }
      }
    }
  }
}
