import type { Kysely } from 'kysely'
import type { ColumnTypes } from '../registry-database.ts'

/**
 * The next millisecond that no reading without a time of its own has, by device, behind a foreign broker: where several
 * ingests share the messages, each has to know what the others gave. `slots` and `free_time` are of the last claim: how
 * many it took, and what the next one had been before it. Not owned by the authority: a device that nobody has registered
 * is quarantined under such a time.
 */
export async function createReceiptTimes(db: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  await db.schema
    .createTable('receipt_times')
    .addColumn('authority', types.id, (column) => column.notNull())
    .addColumn('device', types.id, (column) => column.notNull())
    .addColumn('next_time', 'bigint', (column) => column.notNull())
    .addColumn('free_time', 'bigint', (column) => column.notNull())
    .addColumn('slots', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('receipt_times_pk', ['authority', 'device'])
    .execute()
  await db.schema.createIndex('receipt_times_by_next_time').on('receipt_times').column('next_time').execute()
}
