import type { Kysely } from 'kysely'
import type { ColumnTypes } from '../registry-database.ts'

/**
 * Keys that app developers ask for, how much each key may ask and has asked by day (UTC), and what an authority says of the
 * use of its data. `token_hash` is the SHA-256 of what the applicant collects the key with, hexadecimal.
 */
export async function createKeyRequests(db: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  await db.schema.alterTable('authorities').addColumn('licence', 'text').execute()
  await db.schema.alterTable('authorities').addColumn('attribution', 'text').execute()
  await db.schema.alterTable('keys').addColumn('requests_per_minute', 'integer').execute()

  await db.schema
    .createTable('key_requests')
    .addColumn('authority', types.id, (column) =>
      column.notNull().references('authorities.id').onDelete('cascade'),
    )
    .addColumn('id', types.id, (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('contact', 'text')
    .addColumn('purpose', 'text')
    .addColumn('token_hash', 'text', (column) => column.notNull())
    .addColumn('created_time', 'bigint', (column) => column.notNull())
    .addColumn('decided_time', 'bigint')
    .addColumn('requests_per_minute', 'integer')
    .addColumn('key_id', types.id)
    .addPrimaryKeyConstraint('key_requests_pk', ['authority', 'id'])
    .execute()

  await db.schema
    .createTable('key_usage')
    .addColumn('authority', types.id, (column) => column.notNull())
    .addColumn('key_id', types.id, (column) => column.notNull().references('keys.id').onDelete('cascade'))
    .addColumn('date', 'text', (column) => column.notNull())
    .addColumn('requests', 'bigint', (column) => column.notNull())
    .addColumn('refused', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('key_usage_pk', ['key_id', 'date'])
    .execute()
  await db.schema.createIndex('key_usage_date').on('key_usage').column('date').execute()
}
