import { execFileSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { silentLogger } from '../model/logger.ts'
import { createRandom, type Random } from '../model/random.ts'
import type { Reading } from '../model/reading.ts'
import { openDuckdbReadingStore } from '../store/duckdb-reading-store.ts'
import { openInfluxdbReadingStore } from '../store/influxdb-reading-store.ts'
import type { ReadingStore } from '../store/reading-store.ts'
import { findInfluxdb, startInfluxdb } from '../tests/fixtures/start-influxdb.ts'

const DEVICE_COUNT = 5_000
const BATCH = 5_000
/** Every device reports this often, in ms. */
const INTERVAL = 15 * 60_000
const WEEK = 7 * 86_400_000
/** 2026-01-01T00:00:00Z */
const START = 1_767_225_600_000
const REPETITIONS = 7

type Results = Record<string, number | string>

/** The port's questions on each store, with readings of 5,000 bins that report every 15 minutes. */
export async function benchStore(args: string[]): Promise<Results> {
  const { values } = parseArgs({
    args,
    options: { readings: { type: 'string', default: '1000000' }, only: { type: 'string' } },
  })
  const count = Number(values.readings)
  if (!Number.isInteger(count) || count < BATCH * 10) {
    throw new Error(`--readings is ${values.readings}, and must be a whole number of at least ${BATCH * 10}`)
  }
  const results: Results = { readings: count, devices: DEVICE_COUNT }
  if (values.only !== 'influxdb') Object.assign(results, await benchDuckdb(count))
  if (values.only !== 'duckdb') {
    if (findInfluxdb() === undefined)
      process.stderr.write('store: InfluxDB (influxd) is not installed: left out\n')
    else Object.assign(results, await benchInfluxdb(count))
  }
  return results
}

async function benchDuckdb(count: number): Promise<Results> {
  const folder = await mkdtemp(join(tmpdir(), 'kerbside-bench-'))
  const path = join(folder, 'readings.duckdb')
  try {
    const store = await openDuckdbReadingStore({ path, logger: silentLogger })
    const results = await measure('duckdb', store, count)
    const [, closeMilliseconds] = await time(() => store.close())
    const megabytes = sizeOf(folder)
    const [reopened, openMilliseconds] = await time(() =>
      openDuckdbReadingStore({ path, logger: silentLogger }),
    )
    await reopened.close()
    return {
      ...results,
      duckdbCloseMilliseconds: closeMilliseconds,
      duckdbOpenMilliseconds: openMilliseconds,
      duckdbMegabytes: megabytes,
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function benchInfluxdb(count: number): Promise<Results> {
  const server = await startInfluxdb()
  try {
    const url = `${server.url}?database=kerbside`
    const store = await openInfluxdbReadingStore({ url, logger: silentLogger, isCompressed: false })
    const results = await measure('influxdb', store, count)
    await store.close()
    return results
  } finally {
    await server.close()
  }
}

async function measure(name: string, store: ReadingStore, count: number): Promise<Results> {
  const random = createRandom(1)
  const results: Results = {}
  const end = START + (count / DEVICE_COUNT) * INTERVAL
  Object.assign(results, await measureWrites(name, store, count, random))
  const questions: Record<string, () => Promise<unknown>> = {
    Latest: () => store.listLatest('leeds', 'bin'),
    DeviceWeek: () => store.listReadings({ ...deviceWeek(random, end), limit: 1_000 }),
    DeviceWeekHourly: () =>
      store.listIntervals({ ...deviceWeek(random, end), every: 3_600_000, limit: 1_000 }),
    DeviceAllDaily: () =>
      store.listIntervals({ ...deviceWeek(random, end), from: START, every: 86_400_000, limit: 1_000 }),
    Count: () => store.countReadings({ authority: 'leeds', kind: 'bin', from: START, to: end }),
  }
  for (const [question, ask] of Object.entries(questions)) {
    const times: number[] = []
    for (let repetition = 0; repetition < REPETITIONS; repetition++) times.push((await time(ask))[1])
    results[`${name}${question}Milliseconds`] = quantile(times, 0.5)
  }
  const counted = await store.countReadings({ authority: 'leeds', kind: 'bin', from: START, to: end })
  if (counted !== count) throw new Error(`${name} has ${counted} of ${count} readings`)

  const middle = Math.floor(count / BATCH / 2)
  const [, againMilliseconds] = await time(() => store.write(createBatch(middle, random)))
  results[`${name}SameBatchAgainMilliseconds`] = againMilliseconds
  const [, historyMilliseconds] = await time(() => writeHistory(store, random))
  results[`${name}HistoryRowsPerSecond`] = Math.round((100 * 2_688 * 1_000) / historyMilliseconds)
  process.stderr.write(`${name}: ${JSON.stringify(results)}\n`)
  return results
}

async function measureWrites(
  name: string,
  store: ReadingStore,
  count: number,
  random: Random,
): Promise<Results> {
  const times: number[] = []
  let cpuMicroseconds = 0
  for (let batch = 0; batch < count / BATCH; batch++) {
    const readings = createBatch(batch, random)
    const before = process.threadCpuUsage()
    times.push((await time(() => store.write(readings)))[1])
    const { user, system } = process.threadCpuUsage(before)
    cpuMicroseconds += user + system
    if ((batch + 1) % 200 === 0)
      process.stderr.write(`${name}: ${(batch + 1) * BATCH} of ${count} readings\n`)
  }
  const total = times.reduce((sum, milliseconds) => sum + milliseconds, 0)
  return {
    [`${name}WriteRowsPerSecond`]: Math.round((count / total) * 1_000),
    [`${name}WriteMainThreadMicrosecondsPerRow`]: round(cpuMicroseconds / count),
    [`${name}WriteBatchP50Milliseconds`]: quantile(times, 0.5),
    [`${name}WriteBatchP99Milliseconds`]: quantile(times, 0.99),
    [`${name}WriteBatchMaxMilliseconds`]: quantile(times, 1),
  }
}

/** Every device once, a little apart. */
function createBatch(batch: number, random: Random): Reading[] {
  return Array.from({ length: BATCH }, (_, index) =>
    createReading(`bin-${index % DEVICE_COUNT}`, START + batch * INTERVAL + index, batch, random),
  )
}

/** Four weeks of 100 other devices, one after another, as a gateway delivers them late. */
async function writeHistory(store: ReadingStore, random: Random): Promise<void> {
  for (let device = 0; device < 100; device++) {
    const readings = Array.from({ length: 2_688 }, (_, index) =>
      createReading(`late-${device}`, START + index * INTERVAL, index, random),
    )
    for (let from = 0; from < readings.length; from += 1_000)
      await store.write(readings.slice(from, from + 1_000))
  }
}

function createReading(device: string, time: number, sequence: number, random: Random): Reading {
  return {
    authority: 'leeds',
    kind: 'bin',
    device,
    part: '',
    time,
    receivedTime: time + 1_500,
    fields: {
      sequence,
      fillPercent: Math.round(random() * 1_000) / 10,
      distanceMm: Math.round(random() * 2_000),
      temperatureC: Math.round(random() * 300) / 10,
      batteryVolts: 3.6,
    },
  }
}

function deviceWeek(random: Random, end: number) {
  const device = `bin-${Math.floor(random() * DEVICE_COUNT)}`
  return { authority: 'leeds', kind: 'bin', device, from: end - WEEK, to: end } as const
}

async function time<T>(work: () => Promise<T>): Promise<[T, number]> {
  const begun = performance.now()
  const result = await work()
  return [result, round(performance.now() - begun)]
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}

function sizeOf(folder: string): number {
  return round(Number(execFileSync('du', ['-sk', folder], { encoding: 'utf8' }).split('\t')[0]) / 1_024)
}
