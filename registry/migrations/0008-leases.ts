import type { Kysely } from 'kysely'
import type { ColumnTypes } from '../registry-database.ts'

/**
 * Work of which one process at a time does each piece: who does it, and until when nobody else may begin. A name is of
 * whoever asks, such as `transit:alpha`, and belongs to no authority, so that a lease outlives one that is made anew.
 */
export async function createLeases(db: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  await db.schema
    .createTable('leases')
    .addColumn('name', types.id, (column) => column.primaryKey())
    .addColumn('owner', 'text', (column) => column.notNull())
    .addColumn('until', 'bigint', (column) => column.notNull())
    .execute()
}
