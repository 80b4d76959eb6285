import type { DuckDBConnection } from '@duckdb/node-api'

/**
 * Commits what the work does. Where it rejects, the transaction may still be open, or its commit have failed half-way:
 * what the connection is good for then is for the owner of the database to decide.
 */
export async function runTransaction(connection: DuckDBConnection, work: () => Promise<void>): Promise<void> {
  await connection.run('BEGIN TRANSACTION')
  await work()
  await connection.run('COMMIT')
}
