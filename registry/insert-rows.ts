import type { Insertable } from 'kysely'
import type { RegistryTransaction } from './registry-context.ts'
import type { RegistryTables } from './registry-tables.ts'

// SQLite allows 32,766 values in a statement, PostgreSQL 65,535; the widest table has 11 columns.
const ROWS_PER_STATEMENT = 500

export async function insertRows<Table extends keyof RegistryTables>(
  transaction: RegistryTransaction,
  table: Table,
  rows: readonly Insertable<RegistryTables[Table]>[],
): Promise<void> {
  for (let start = 0; start < rows.length; start += ROWS_PER_STATEMENT) {
    await transaction
      .insertInto(table)
      .values(rows.slice(start, start + ROWS_PER_STATEMENT))
      .execute()
  }
}
