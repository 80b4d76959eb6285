import type { Kysely } from 'kysely'
import type { ColumnTypes } from '../registry-database.ts'

/**
 * Passengers' alerts and changes of service, as they were entered. `version` is another with each change, and larger than
 * those before, so that other processes see by the largest and the count that something is different.
 */
export async function createServiceNotices(db: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  await db.schema
    .createTable('service_notices')
    .addColumn('authority', types.id, (column) =>
      column.notNull().references('authorities.id').onDelete('cascade'),
    )
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('id', types.id, (column) => column.notNull())
    .addColumn('version', types.id, (column) => column.notNull())
    .addColumn('document', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('service_notices_pk', ['authority', 'kind', 'id'])
    .execute()
}
