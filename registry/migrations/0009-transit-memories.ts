import type { Kysely } from 'kysely'
import type { ColumnTypes } from '../registry-database.ts'

/** What an authority's transit has learnt, packed by whoever learns it: travel times, its accuracy, which lines report. */
export async function createTransitMemories(db: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  await db.schema
    .createTable('transit_memories')
    .addColumn('authority', types.id, (column) =>
      column.notNull().references('authorities.id').onDelete('cascade'),
    )
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('bytes', types.bytes, (column) => column.notNull())
    .addPrimaryKeyConstraint('transit_memories_pk', ['authority', 'name'])
    .execute()
}
