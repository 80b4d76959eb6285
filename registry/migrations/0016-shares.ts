import type { Kysely } from 'kysely'
import type { ColumnTypes } from '../registry-database.ts'

/**
 * What an authority lets another one read, and each time that it did. The receiving one need not be there, since whoever grants is
 * not told who is; `receiving_incarnation` is that of the one that was there then, so that no later one of its id finds the
 * share. An access is numbered by the share's `access_count`.
 */
export async function createShares(db: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  await db.schema
    .createTable('shares')
    .addColumn('id', types.id, (column) => column.primaryKey())
    .addColumn('granting', types.id, (column) =>
      column.notNull().references('authorities.id').onDelete('cascade'),
    )
    .addColumn('receiving', types.id, (column) => column.notNull())
    .addColumn('receiving_incarnation', 'text')
    .addColumn('dataset', 'text', (column) => column.notNull())
    .addColumn('purpose', 'text', (column) => column.notNull())
    .addColumn('from_time', 'bigint', (column) => column.notNull())
    .addColumn('until_time', 'bigint', (column) => column.notNull())
    .addColumn('created_time', 'bigint', (column) => column.notNull())
    .addColumn('ended_time', 'bigint')
    .addColumn('ended_by', 'text')
    .addColumn('access_count', 'bigint', (column) => column.notNull().defaultTo(0))
    .execute()
  await db.schema.createIndex('shares_granting').on('shares').column('granting').execute()
  await db.schema.createIndex('shares_receiving').on('shares').column('receiving').execute()
  await db.schema
    .createTable('share_accesses')
    .addColumn('share', types.id, (column) => column.notNull().references('shares.id').onDelete('cascade'))
    .addColumn('number', 'bigint', (column) => column.notNull())
    .addColumn('time', 'bigint', (column) => column.notNull())
    .addColumn('use', 'text', (column) => column.notNull())
    .addColumn('actor', 'text', (column) => column.notNull())
    .addColumn('target', 'text')
    .addColumn('round', 'text')
    .addColumn('count', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('share_accesses_pk', ['share', 'number'])
    .execute()
  await db.schema.createIndex('share_accesses_time').on('share_accesses').column('time').execute()
}
