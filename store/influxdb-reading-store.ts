import { KINDS } from '../model/device.ts'
import { KerbsideError } from '../model/error.ts'
import type { JudgedPrediction } from '../model/judged-prediction.ts'
import type { Logger } from '../model/logger.ts'
import { MEASUREMENTS, type Observation } from '../model/observation.ts'
import { createInfluxdbClient, type InfluxdbClientOptions } from './influxdb-client.ts'
import { InfluxdbDatabaseError } from './influxdb-database-error.ts'
import {
  formatObservationLine,
  formatPredictionLine,
  formatRoundLine,
  PREDICTION_MEASUREMENT,
  quoteText,
  ROUND_MEASUREMENT,
  roundCondition,
} from './influxdb-lines.ts'
import {
  queryCount,
  queryIntervals,
  queryLatest,
  queryLatestUntil,
  queryMeasured,
  queryReadings,
  queryReceived,
  queryVersion,
} from './influxdb-queries.ts'
import { createSeriesTimes } from './influxdb-series-times.ts'
import { writeBatch } from './influxdb-write-batch.ts'
import { hasFields } from './observed-fields.ts'
import type { ReadingStore, RoundRecord } from './reading-store.ts'

export interface InfluxdbReadingStoreOptions extends InfluxdbClientOptions {
  readonly logger: Logger
}

/** What InfluxDB 2 recommends. */
const LINES_PER_REQUEST = 5_000

/**
 * Readings in InfluxDB 1, 2 or 3. A measurement is a kind; its tags are authority, device and part. What differs:
 * - InfluxDB adds the fields of a point to those that it has of the same time. So that a reading replaces the one before
 *   it as a whole, a point with fields that the new one lacks is deleted first. InfluxDB 3 deletes nothing: there such
 *   fields stay, and deleteAuthority is refused where the authority has no database of its own.
 * - Which times a series has is known to the process that writes it, and read at the series' first write, from its first
 *   reading's time on. Where several processes write one device's readings, a replacement through another one than the
 *   first adds its fields, too.
 */
export async function openInfluxdbReadingStore({
  logger,
  ...clientOptions
}: InfluxdbReadingStoreOptions): Promise<ReadingStore> {
  const client = createInfluxdbClient(clientOptions)
  const times = createSeriesTimes(client)
  const running = new Set<Promise<unknown>>()
  let lastWrite: Promise<unknown> = Promise.resolve()
  let isClosed = false
  if (!client.isPerAuthority) await prepareDatabase()

  return {
    write: (readings) => enqueueWrite(() => writeBatch({ client, times }, readings)),
    listLatest: (authority, kind) => run(() => queryLatest(client, authority, kind)),
    listLatestUntil: (authority, kind, until) => run(() => queryLatestUntil(client, authority, kind, until)),
    listMeasured: (query) => run(() => queryMeasured(client, query)),
    listReadings: (query) => run(() => queryReadings(client, query)),
    listReceived: (query) => run(() => queryReceived(client, query)),
    listIntervals: (query) => run(() => queryIntervals(client, query)),
    countReadings: (query) => run(() => queryCount(client, query)),
    getReadingsVersion: (query) => run(() => queryVersion(client, query)),
    writeRound: (record) => enqueueWrite(() => writeRound(record)),
    writePredictions: (authority, predictions) =>
      enqueueWrite(() => writePredictions(authority, predictions)),
    writeObservations: (authority, observations) =>
      enqueueWrite(() => writeObservations(authority, observations)),
    deleteAuthority: (authority) => enqueueWrite(() => deleteAuthority(authority)),
    check: () =>
      run(async () => {
        if (client.isPerAuthority) await client.getMajorVersion()
        else await client.query(client.databaseOf(''), [`SELECT "receivedTime" FROM "bin" LIMIT 1`])
      }),
    async close() {
      isClosed = true
      while (running.size > 0) await Promise.allSettled(running)
    },
  }

  // The start does not wait for a store that is away: it is tried again by the first batch.
  async function prepareDatabase(): Promise<void> {
    try {
      await client.query(client.databaseOf(''), [`SELECT "receivedTime" FROM "bin" LIMIT 1`])
    } catch (error) {
      if (!(error instanceof KerbsideError) || error.code !== 'STORE_UNAVAILABLE') throw error
      logger.warn({ error: error.message }, 'the reading store does not answer yet')
    }
  }

  async function run<T>(work: () => Promise<T>): Promise<T> {
    if (isClosed) throw new KerbsideError('STORE_UNAVAILABLE', 'the reading store is closed')
    const result = work()
    running.add(result)
    try {
      return await result
    } finally {
      running.delete(result)
    }
  }

  // One after another: what a batch may replace depends on the one before it.
  function enqueueWrite<T>(work: () => Promise<T>): Promise<T> {
    const result = run(() => lastWrite.then(work))
    lastWrite = result.catch(() => undefined)
    return result
  }

  // InfluxDB 3 deletes nothing: a lorry that an earlier revision of the round had stays there.
  async function writeRound(record: RoundRecord): Promise<void> {
    const { authority, round, lorries } = record
    const database = client.databaseOf(authority)
    if ((await client.getMajorVersion()) < 3) {
      await deleteUnlessMissing(database, [
        `DELETE FROM "${ROUND_MEASUREMENT}" WHERE ${roundCondition(authority, round)}`,
      ])
    }
    if (lorries.length === 0) return
    const refusal = await client.write(
      database,
      lorries.map((lorry) => formatRoundLine(record, lorry)),
    )
    if (refusal === undefined) return
    throw new KerbsideError('STORE_UNAVAILABLE', `InfluxDB refused the round ${round}: ${refusal}`)
  }

  async function writePredictions(
    authority: string,
    predictions: readonly JudgedPrediction[],
  ): Promise<void> {
    const lines = predictions.map((prediction) => formatPredictionLine(authority, prediction))
    await writeAll(authority, lines, { precision: 'ns', what: 'what came of some predictions' })
  }

  async function writeObservations(authority: string, observations: readonly Observation[]): Promise<void> {
    const lines = observations.filter(hasFields).map((one) => formatObservationLine(authority, one))
    await writeAll(authority, lines, { precision: 'ms', what: 'some of what was observed' })
  }

  async function writeAll(
    authority: string,
    lines: readonly string[],
    { precision, what }: { precision: 'ms' | 'ns'; what: string },
  ): Promise<void> {
    const database = client.databaseOf(authority)
    for (let from = 0; from < lines.length; from += LINES_PER_REQUEST) {
      const refusal = await client.write(database, lines.slice(from, from + LINES_PER_REQUEST), precision)
      if (refusal !== undefined)
        logger.warn({ authority, refusal }, `InfluxDB refused ${what}: it is not kept`)
    }
  }

  async function deleteAuthority(authority: string): Promise<void> {
    if ((await client.getMajorVersion()) >= 3) {
      throw new KerbsideError(
        'STORE_UNAVAILABLE',
        `InfluxDB 3 cannot delete the readings of ${authority}: drop its tables or its database there`,
      )
    }
    times.forget(authority)
    await deleteUnlessMissing(
      client.databaseOf(authority),
      [...KINDS, ROUND_MEASUREMENT, PREDICTION_MEASUREMENT, ...Object.keys(MEASUREMENTS)].map(
        (measurement) => `DELETE FROM "${measurement}" WHERE "authority" = ${quoteText(authority)}`,
      ),
    )
  }

  /** What was never made holds nothing to delete. */
  async function deleteUnlessMissing(database: string, statements: readonly string[]): Promise<void> {
    try {
      await client.query(database, statements)
    } catch (error) {
      if (!client.isPerAuthority || !(error instanceof InfluxdbDatabaseError) || !error.isMissing) throw error
    }
  }
}
