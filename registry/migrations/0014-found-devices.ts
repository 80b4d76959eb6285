import type { Kysely } from 'kysely'
import type { ColumnTypes } from '../registry-database.ts'

/**
 * How makers' payloads are read, in all their versions, of which the one of the highest number is the one in use: `change` grows with
 * each change of any. And the devices that networks told of and that nobody has registered, by their EUI; `sample` is the last message
 * of each.
 */
export async function createFoundDevices(db: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  await db.schema
    .createTable('mappings')
    .addColumn('authority', types.id, (column) =>
      column.notNull().references('authorities.id').onDelete('cascade'),
    )
    .addColumn('id', types.id, (column) => column.notNull())
    .addColumn('version', 'integer', (column) => column.notNull())
    .addColumn('created_time', 'bigint', (column) => column.notNull())
    .addColumn('change', 'bigint', (column) => column.notNull())
    .addColumn('is_current', 'integer', (column) => column.notNull())
    .addColumn('document', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('mappings_pk', ['authority', 'id', 'version'])
    .execute()
  await db.schema.createIndex('mappings_change').on('mappings').column('change').execute()
  await db.schema
    .createTable('found_devices')
    .addColumn('authority', types.id, (column) =>
      column.notNull().references('authorities.id').onDelete('cascade'),
    )
    .addColumn('dev_eui', types.id, (column) => column.notNull())
    .addColumn('connection', types.id, (column) => column.notNull())
    .addColumn('network', 'text', (column) => column.notNull())
    .addColumn('name', 'text')
    .addColumn('mapping', 'text')
    .addColumn('first_time', 'bigint', (column) => column.notNull())
    .addColumn('last_time', 'bigint', (column) => column.notNull())
    .addColumn('uplinks', 'bigint', (column) => column.notNull())
    .addColumn('sample', 'text')
    .addColumn('is_ignored', 'integer', (column) => column.notNull().defaultTo(0))
    .addPrimaryKeyConstraint('found_devices_pk', ['authority', 'dev_eui'])
    .execute()
  await db.schema.createIndex('found_devices_last_time').on('found_devices').column('last_time').execute()
}
