import type { DuckDBAppender, DuckDBConnection } from '@duckdb/node-api'
import type { JudgedPrediction } from '../model/judged-prediction.ts'
import { append } from './duckdb-append.ts'
import { runTransaction } from './duckdb-transaction.ts'

const COLUMNS = [
  ['authority', 'VARCHAR NOT NULL'],
  ['routeId', 'VARCHAR NOT NULL'],
  ['stopId', 'VARCHAR NOT NULL'],
  ['stopSequence', 'UINTEGER NOT NULL'],
  ['tripId', 'VARCHAR NOT NULL'],
  ['serviceDate', 'VARCHAR NOT NULL'],
  ['startTime', 'VARCHAR'],
  ['time', 'BIGINT NOT NULL'],
  ['predictedTime', 'BIGINT NOT NULL'],
  ['earliestTime', 'BIGINT'],
  ['latestTime', 'BIGINT'],
  ['actualTime', 'BIGINT NOT NULL'],
  ['horizonSeconds', 'DOUBLE NOT NULL'],
  ['errorSeconds', 'DOUBLE NOT NULL'],
  ['isCovered', 'BOOLEAN'],
] as const

const IDENTITY = [
  'authority',
  'tripId',
  'serviceDate',
  'startTime',
  'stopId',
  'stopSequence',
  'time',
] as const

/** The table of judged predictions, and the view `prediction` of it for people to read. */
export async function createPredictionTable(connection: DuckDBConnection): Promise<void> {
  const columns = COLUMNS.map(([name, type]) => `"${name}" ${type}`)
  await connection.run(`CREATE TABLE IF NOT EXISTS judged_predictions (${columns.join(', ')})`)
  const shown = COLUMNS.map(([name, type]) =>
    type.startsWith('BIGINT') ? `epoch_ms("${name}") AS "${name}"` : `"${name}"`,
  )
  await connection.run(
    `CREATE VIEW IF NOT EXISTS "prediction" AS SELECT ${shown.join(', ')} FROM judged_predictions`,
  )
}

export async function writePredictionRows(
  connection: DuckDBConnection,
  authority: string,
  predictions: readonly JudgedPrediction[],
): Promise<void> {
  const rows = new Map(predictions.map((prediction) => [identityOf(prediction), prediction]))
  if (rows.size === 0) return
  await runTransaction(connection, async () => {
    await connection.run('CREATE OR REPLACE TEMP TABLE judged AS FROM judged_predictions LIMIT 0')
    await append(connection, 'judged', (appender) => {
      for (const row of rows.values()) appendPrediction(appender, authority, row)
    })
    // The bounds let DuckDB pass over all rows of other times without reading them. Of a start none is as good as any value.
    const isSame = IDENTITY.map((name) => `kept."${name}" IS NOT DISTINCT FROM judged."${name}"`)
    await connection.run(
      `DELETE FROM judged_predictions AS kept USING judged
       WHERE kept.time BETWEEN (SELECT min(time) FROM judged) AND (SELECT max(time) FROM judged) AND ${isSame.join(' AND ')}`,
    )
    await connection.run('INSERT INTO judged_predictions FROM judged')
  })
}

/** Within a transaction. */
export async function deletePredictionRows(connection: DuckDBConnection, authority: string): Promise<void> {
  await connection.run('DELETE FROM judged_predictions WHERE authority = $1', [authority])
}

function identityOf({
  tripId,
  serviceDate,
  startTime,
  stopId,
  stopSequence,
  time,
}: JudgedPrediction): string {
  return JSON.stringify([tripId, serviceDate, startTime, stopId, stopSequence, time])
}

function appendPrediction(appender: DuckDBAppender, authority: string, row: JudgedPrediction): void {
  const values = { ...row, authority }
  for (const [name, type] of COLUMNS) {
    const value = values[name]
    if (value === null) appender.appendNull()
    else if (typeof value === 'string') appender.appendVarchar(value)
    else if (typeof value === 'boolean') appender.appendBoolean(value)
    else if (type.startsWith('BIGINT')) appender.appendBigInt(BigInt(Math.round(value)))
    else if (type.startsWith('UINTEGER')) appender.appendUInteger(value)
    else appender.appendDouble(value)
  }
  appender.endRow()
}
