import type { DuckDBConnection } from '@duckdb/node-api'
import { KINDS, type Kind } from '../model/device.ts'
import type { Reading } from '../model/reading.ts'
import { append } from './duckdb-append.ts'
import { appendRows, type Row } from './duckdb-columns.ts'
import { type DuckdbDatabase, tableOf } from './duckdb-database.ts'
import { runTransaction } from './duckdb-transaction.ts'
import { findFault, PARTS_PER_DEVICE_MAX } from './find-fault.ts'
import type { RefusedReading } from './reading-store.ts'
import type { Series, SeriesIndex } from './series-index.ts'

interface KindRows {
  /** Later than every row of their series: simply appended. */
  readonly fresh: Row[]
  /** Perhaps of an identity that is there already, or earlier in this batch; by series and time, the last one given. */
  readonly replacing: Map<string, Row>
}

interface Batch {
  readonly rows: Map<Kind, KindRows>
  readonly touched: Set<Series>
  readonly refused: RefusedReading[]
}

/**
 * Writes one batch in one transaction, and moves the index on once it is committed. One at a time. Where it rejects, the
 * transaction is left to whoever recovers the database.
 */
export async function writeBatch(
  { database, index, batchNumber }: { database: DuckdbDatabase; index: SeriesIndex; batchNumber: number },
  readings: readonly Reading[],
): Promise<readonly RefusedReading[]> {
  const batch = sort(index, batchNumber, readings)
  if (batch.touched.size === 0) return batch.refused
  await runTransaction(database.writer, async () => {
    await writeSeries(database.writer, batch.touched)
    for (const kind of KINDS) {
      const rows = batch.rows.get(kind)
      if (rows) await writeRows(database, kind, rows)
    }
  })
  for (const series of batch.touched) {
    series.isStored = true
    series.horizon = series.stagedHorizon
    series.latest = series.stagedLatest
    series.stagedLatest = undefined
  }
  return batch.refused
}

function sort(index: SeriesIndex, batchNumber: number, readings: readonly Reading[]): Batch {
  const batch: Batch = { rows: new Map(), touched: new Set(), refused: [] }
  for (let position = 0; position < readings.length; position++) {
    const reading = readings[position] as Reading
    const fault = findFault(reading)
    if (fault !== undefined) {
      batch.refused.push({ index: position, detail: fault })
      continue
    }
    const series = index.findOrAdd(reading)
    if (!series) {
      batch.refused.push({
        index: position,
        detail: `part ${JSON.stringify(reading.part)} is one too many: a device has at most ${PARTS_PER_DEVICE_MAX} lanes and directions`,
      })
      continue
    }
    let rows = batch.rows.get(reading.kind)
    if (!rows) {
      rows = { fresh: [], replacing: new Map() }
      batch.rows.set(reading.kind, rows)
    }
    place(batch, rows, batchNumber, series, reading)
  }
  return batch
}

function place(batch: Batch, rows: KindRows, batchNumber: number, series: Series, reading: Reading): void {
  if (series.batch !== batchNumber) {
    series.batch = batchNumber
    series.stagedHorizon = series.horizon
    series.stagedLatest = series.latest
    batch.touched.add(series)
  }
  const row = { series: series.id, reading }
  if (reading.time > series.stagedHorizon) {
    series.stagedHorizon = reading.time
    rows.fresh.push(row)
  } else {
    rows.replacing.set(`${series.id} ${reading.time}`, row)
  }
  if (series.stagedLatest === undefined || reading.time >= series.stagedLatest.time)
    series.stagedLatest = reading
}

async function writeSeries(connection: DuckDBConnection, touched: ReadonlySet<Series>): Promise<void> {
  const added = [...touched].filter(({ isStored }) => !isStored)
  if (added.length === 0) return
  await append(connection, 'series', (appender) => {
    for (const { id, authority, kind, device, part } of added) {
      appender.appendInteger(id)
      for (const text of [authority, kind, device, part]) appender.appendVarchar(text)
      appender.endRow()
    }
  })
}

async function writeRows(
  { writer, columns }: DuckdbDatabase,
  kind: Kind,
  { fresh, replacing }: KindRows,
): Promise<void> {
  const table = tableOf(kind)
  if (fresh.length > 0) await append(writer, table, (appender) => appendRows(appender, columns[kind], fresh))
  if (replacing.size === 0) return
  const rows = [...replacing.values()]
  await writer.run('CREATE OR REPLACE TEMP TABLE replaced (series INTEGER, time BIGINT)')
  await append(writer, 'replaced', (appender) => {
    for (const { series, reading } of rows) {
      appender.appendInteger(series)
      appender.appendBigInt(BigInt(reading.time))
      appender.endRow()
    }
  })
  // The bounds let DuckDB pass over all rows of other times without reading them.
  let earliest = Number.POSITIVE_INFINITY
  let latest = Number.NEGATIVE_INFINITY
  for (const { reading } of rows) {
    earliest = Math.min(earliest, reading.time)
    latest = Math.max(latest, reading.time)
  }
  await writer.run(
    `DELETE FROM ${table} AS kept USING replaced
     WHERE kept.time BETWEEN ${earliest} AND ${latest} AND kept.series = replaced.series AND kept.time = replaced.time`,
  )
  await append(writer, table, (appender) => appendRows(appender, columns[kind], rows))
}
