import type { Kysely } from 'kysely'
import type { ColumnTypes } from '../registry-database.ts'

/**
 * Who is told of alerts. `sealed` is the signing secret, encrypted by the key that only the processes have; `version` is another
 * one after each change by somebody; of the authority's `alert_events`, those up to `position` are done with. A delivery is
 * what became of one of them, under its sequence.
 */
export async function createHooks(db: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  await db.schema
    .createTable('hooks')
    .addColumn('authority', types.id, (column) =>
      column.notNull().references('authorities.id').onDelete('cascade'),
    )
    .addColumn('id', types.id, (column) => column.notNull())
    .addColumn('version', types.id, (column) => column.notNull())
    .addColumn('document', 'text', (column) => column.notNull())
    .addColumn('sealed', types.bytes)
    .addColumn('position', 'bigint', (column) => column.notNull())
    .addColumn('next_time', 'bigint', (column) => column.notNull())
    .addColumn('progress', 'text', (column) => column.notNull())
    .addColumn('paused_time', 'bigint')
    .addColumn('pause_note', 'text')
    .addPrimaryKeyConstraint('hooks_pk', ['authority', 'id'])
    .execute()
  await db.schema
    .createTable('hook_deliveries')
    .addColumn('authority', types.id, (column) => column.notNull())
    .addColumn('hook', types.id, (column) => column.notNull())
    .addColumn('sequence', 'bigint', (column) => column.notNull())
    .addColumn('tried_time', 'bigint', (column) => column.notNull())
    .addColumn('document', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('hook_deliveries_pk', ['authority', 'hook', 'sequence'])
    .addForeignKeyConstraint(
      'hook_deliveries_hook',
      ['authority', 'hook'],
      'hooks',
      ['authority', 'id'],
      (constraint) => constraint.onDelete('cascade'),
    )
    .execute()
  await db.schema
    .createIndex('hook_deliveries_tried_time')
    .on('hook_deliveries')
    .column('tried_time')
    .execute()
}
