import type { Kysely } from 'kysely'
import type { ColumnTypes } from '../registry-database.ts'

/**
 * What people report, and how an authority takes it. One that was attached to an earlier report names it in `duplicate_of`; it
 * has a reporter of its own, and nothing else that counts. `words` and `contact` are all that may say who reported: both are
 * null once they were removed.
 */
export async function createCitizenReports(db: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  await db.schema
    .createTable('citizen_reports')
    .addColumn('authority', types.id, (column) =>
      column.notNull().references('authorities.id').onDelete('cascade'),
    )
    .addColumn('id', types.id, (column) => column.notNull())
    .addColumn('service', types.id, (column) => column.notNull())
    .addColumn('status', types.id, (column) => column.notNull())
    .addColumn('device', types.id)
    .addColumn('duplicate_of', types.id)
    .addColumn('requested_time', 'bigint', (column) => column.notNull())
    .addColumn('updated_time', 'bigint', (column) => column.notNull())
    .addColumn('closed_time', 'bigint')
    .addColumn('longitude', 'double precision')
    .addColumn('latitude', 'double precision')
    .addColumn('voices', 'integer', (column) => column.notNull())
    .addColumn('document', 'text', (column) => column.notNull())
    .addColumn('words', 'text')
    .addColumn('contact', 'text')
    .addPrimaryKeyConstraint('citizen_reports_pk', ['authority', 'id'])
    .execute()
  await db.schema
    .createIndex('citizen_reports_status')
    .on('citizen_reports')
    .columns(['authority', 'status', 'requested_time'])
    .execute()
  await db.schema
    .createIndex('citizen_reports_duplicate_of')
    .on('citizen_reports')
    .columns(['authority', 'duplicate_of'])
    .execute()
  await db.schema
    .createTable('report_settings')
    .addColumn('authority', types.id, (column) =>
      column.primaryKey().references('authorities.id').onDelete('cascade'),
    )
    .addColumn('document', 'text', (column) => column.notNull())
    .execute()
}
