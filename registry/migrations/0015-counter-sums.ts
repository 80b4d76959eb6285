import type { Kysely } from 'kysely'
import type { ColumnTypes } from '../registry-database.ts'

/** What ever-growing counters said, by part and time: what they counted in between are the differences. They go with their device. */
export async function createCounterSums(db: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  await db.schema
    .createTable('counter_sums')
    .addColumn('authority', types.id, (column) => column.notNull())
    .addColumn('device', types.id, (column) => column.notNull())
    .addColumn('part', types.id, (column) => column.notNull())
    .addColumn('time', 'bigint', (column) => column.notNull())
    .addColumn('document', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('counter_sums_pk', ['authority', 'device', 'part', 'time'])
    .addForeignKeyConstraint(
      'counter_sums_device',
      ['authority', 'device'],
      'devices',
      ['authority', 'id'],
      (constraint) => constraint.onDelete('cascade'),
    )
    .execute()
  await db.schema.createIndex('counter_sums_time').on('counter_sums').column('time').execute()
}
