import type { DuckDBConnection } from '@duckdb/node-api'
import { runTransaction } from './duckdb-transaction.ts'
import type { RoundRecord } from './reading-store.ts'

const COLUMNS = [
  ['authority', 'VARCHAR'],
  ['round', 'VARCHAR'],
  ['lorry', 'VARCHAR'],
  ['time', 'BIGINT'],
  ['distanceM', 'DOUBLE'],
  ['durationSeconds', 'DOUBLE'],
  ['lifts', 'INTEGER'],
  ['tips', 'INTEGER'],
  ['litres', 'DOUBLE'],
  ['kg', 'DOUBLE'],
  ['isEstimated', 'BOOLEAN'],
] as const

/** The table of planned rounds, and the view `round` of it for people to read. */
export async function createRoundTable(connection: DuckDBConnection): Promise<void> {
  const columns = COLUMNS.map(([name, type]) => `"${name}" ${type} NOT NULL`)
  await connection.run(`CREATE TABLE IF NOT EXISTS round_lorries (${columns.join(', ')})`)
  const shown = COLUMNS.map(([name]) => (name === 'time' ? 'epoch_ms(time) AS time' : `"${name}"`))
  await connection.run(`CREATE VIEW IF NOT EXISTS "round" AS SELECT ${shown.join(', ')} FROM round_lorries`)
}

export async function writeRoundRows(
  connection: DuckDBConnection,
  { authority, round, lorries }: RoundRecord,
): Promise<void> {
  await runTransaction(connection, async () => {
    await connection.run('DELETE FROM round_lorries WHERE authority = $1 AND round = $2', [authority, round])
    const places = COLUMNS.map((_, index) => `$${index + 1}`)
    for (const { lorry, time, distanceM, durationSeconds, lifts, tips, litres, kg, isEstimated } of lorries) {
      await connection.run(`INSERT INTO round_lorries VALUES (${places.join(', ')})`, [
        authority,
        round,
        lorry,
        BigInt(time),
        distanceM,
        durationSeconds,
        lifts,
        tips,
        litres,
        kg,
        isEstimated,
      ])
    }
  })
}

/** Within a transaction. */
export async function deleteRoundRows(connection: DuckDBConnection, authority: string): Promise<void> {
  await connection.run('DELETE FROM round_lorries WHERE authority = $1', [authority])
}
