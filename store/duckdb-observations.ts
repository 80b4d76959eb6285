import type { DuckDBAppender, DuckDBConnection } from '@duckdb/node-api'
import {
  MEASUREMENTS,
  type Measurement,
  type MeasurementColumns,
  type Observation,
} from '../model/observation.ts'
import { append } from './duckdb-append.ts'
import { SQL_TYPES } from './duckdb-columns.ts'
import { runTransaction } from './duckdb-transaction.ts'
import { hasFields } from './observed-fields.ts'

/**
 * Observations are kept so long before the newest of their measurement: of a large town they are ten times the readings,
 * and no dashboard reads a file that is open in another process.
 */
const KEPT_MS = 14 * 86_400_000
/** What is older goes at a process's first write, and again after so long. */
const TRIM_EVERY_MS = 3_600_000

const NAMES = Object.keys(MEASUREMENTS) as Measurement[]

/** Tags and fields are taken from the declaration; the first two columns of every table are these. */
const FIRST_COLUMNS = ['authority', 'time']

/** A table for each measurement, and a view of the measurement's name for people to read. */
export async function createObservationTables(connection: DuckDBConnection): Promise<void> {
  const existing = await listColumns(connection)
  for (const measurement of NAMES) {
    const { tags, fields } = columnsOf(measurement)
    const table = tableOf(measurement)
    const there = existing.get(table)
    if (!there) {
      await connection.run(`CREATE TABLE ${table} (authority VARCHAR NOT NULL, time BIGINT NOT NULL)`)
    }
    for (const tag of tags) {
      if (!there?.includes(tag))
        await connection.run(`ALTER TABLE ${table} ADD COLUMN "${tag}" VARCHAR DEFAULT ''`)
    }
    for (const [field, type] of Object.entries(fields)) {
      if (!there?.includes(field))
        await connection.run(`ALTER TABLE ${table} ADD COLUMN "${field}" ${SQL_TYPES[type]}`)
    }
    const shown = [...tags, ...Object.keys(fields)]
    // Only where it is not there yet: a file whose disk is full can still be opened.
    if (existing.get(measurement)?.join() === [...FIRST_COLUMNS, ...shown].join()) continue
    const columns = ['authority', 'epoch_ms(time) AS time', ...shown.map((name) => `"${name}"`)]
    await connection.run(
      `CREATE OR REPLACE VIEW "${measurement}" AS SELECT ${columns.join(', ')} FROM ${table}`,
    )
  }
}

/** Writes observations and lets old ones go; one for each open file, as it knows when it last did. */
export function createObservationWriter() {
  const trimmedTimes = new Map<Measurement, number>()
  return async (
    connection: DuckDBConnection,
    authority: string,
    observations: readonly Observation[],
  ): Promise<void> => {
    const groups = Map.groupBy(observations.filter(hasFields), ({ measurement }) => measurement)
    if (groups.size === 0) return
    await runTransaction(connection, async () => {
      for (const [measurement, group] of groups) await writeGroup(connection, authority, measurement, group)
    })
    for (const [measurement, group] of groups) {
      const newest = group.reduce((latest, { time }) => Math.max(latest, time), Number.NEGATIVE_INFINITY)
      if (newest - (trimmedTimes.get(measurement) ?? Number.NEGATIVE_INFINITY) < TRIM_EVERY_MS) continue
      await connection.run(`DELETE FROM ${tableOf(measurement)} WHERE time < $1`, [BigInt(newest - KEPT_MS)])
      trimmedTimes.set(measurement, newest)
    }
  }
}

/** Within a transaction. */
export async function deleteObservationRows(connection: DuckDBConnection, authority: string): Promise<void> {
  for (const measurement of NAMES) {
    await connection.run(`DELETE FROM ${tableOf(measurement)} WHERE authority = $1`, [authority])
  }
}

async function writeGroup(
  connection: DuckDBConnection,
  authority: string,
  measurement: Measurement,
  observations: readonly Observation[],
): Promise<void> {
  const { tags, fields } = columnsOf(measurement)
  const rows = new Map<string, Observation>()
  for (const row of observations)
    rows.set(JSON.stringify([row.time, ...tags.map((tag) => tagOf(row, tag))]), row)
  const table = tableOf(measurement)
  const columns = [...FIRST_COLUMNS, ...tags, ...Object.keys(fields)].map((name) => `"${name}"`).join(', ')
  await connection.run(`CREATE OR REPLACE TEMP TABLE observed AS SELECT ${columns} FROM ${table} LIMIT 0`)
  await append(connection, 'observed', (appender) => {
    for (const row of rows.values()) appendRow(appender, authority, row)
  })
  const isSame = [...FIRST_COLUMNS, ...tags].map((name) => `kept."${name}" = observed."${name}"`)
  // The bounds let DuckDB pass over all rows of other times without reading them.
  await connection.run(
    `DELETE FROM ${table} AS kept USING observed
     WHERE kept.time BETWEEN (SELECT min(time) FROM observed) AND (SELECT max(time) FROM observed) AND ${isSame.join(' AND ')}`,
  )
  await connection.run(`INSERT INTO ${table} (${columns}) FROM observed`)
}

function appendRow(appender: DuckDBAppender, authority: string, row: Observation): void {
  const { tags, fields } = columnsOf(row.measurement)
  appender.appendVarchar(authority)
  appender.appendBigInt(BigInt(Math.round(row.time)))
  for (const tag of tags) appender.appendVarchar(tagOf(row, tag))
  const values: Readonly<Record<string, number | string | undefined>> = row.fields
  for (const field of Object.keys(fields)) {
    const value = values[field]
    if (typeof value === 'string') appender.appendVarchar(value)
    else if (value === undefined || !Number.isFinite(value)) appender.appendNull()
    else appender.appendDouble(value)
  }
  appender.endRow()
}

function tagOf({ tags }: Observation, name: string): string {
  return (tags as Readonly<Record<string, string>>)[name] ?? ''
}

function columnsOf(measurement: Measurement): MeasurementColumns {
  return MEASUREMENTS[measurement]
}

function tableOf(measurement: Measurement): string {
  return `observed_${measurement}`
}

async function listColumns(connection: DuckDBConnection): Promise<Map<string, string[]>> {
  const result = await connection.runAndReadAll(
    'SELECT table_name, column_name FROM duckdb_columns() ORDER BY table_name, column_index',
  )
  const columns = new Map<string, string[]>()
  for (const [table, column] of result.getRows()) {
    const names = columns.get(String(table)) ?? []
    names.push(String(column))
    columns.set(String(table), names)
  }
  return columns
}
