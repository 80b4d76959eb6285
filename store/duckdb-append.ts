import type { DuckDBAppender, DuckDBConnection } from '@duckdb/node-api'

/** Adds rows to a table, within the connection's transaction. */
export async function append(
  connection: DuckDBConnection,
  table: string,
  fill: (appender: DuckDBAppender) => void,
): Promise<void> {
  const appender = await connection.createAppender(table)
  try {
    fill(appender)
    appender.closeSync()
  } catch (error) {
    // What it still holds would be written when it is garbage-collected, whatever has become of the transaction by then.
    appender.clear()
    throw error
  }
}
