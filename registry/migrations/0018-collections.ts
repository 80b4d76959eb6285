import type { Kysely } from 'kysely'
import type { ColumnTypes } from '../registry-database.ts'

/** Days on which bins are collected, and the households that they are named for; `document` is all of it but those. */
export async function createCollections(db: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  await db.schema
    .createTable('collections')
    .addColumn('authority', types.id, (column) =>
      column.notNull().references('authorities.id').onDelete('cascade'),
    )
    .addColumn('id', types.id, (column) => column.notNull())
    .addColumn('document', 'text', (column) => column.notNull())
    .addColumn('revision', 'integer', (column) => column.notNull())
    .addColumn('changed_time', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('collections_pk', ['authority', 'id'])
    .execute()
  await db.schema
    .createTable('collection_uprns')
    .addColumn('authority', types.id, (column) => column.notNull())
    .addColumn('uprn', types.id, (column) => column.notNull())
    .addColumn('collection', types.id, (column) => column.notNull())
    .addPrimaryKeyConstraint('collection_uprns_pk', ['authority', 'uprn', 'collection'])
    .addForeignKeyConstraint(
      'collection_uprns_collection',
      ['authority', 'collection'],
      'collections',
      ['authority', 'id'],
      (constraint) => constraint.onDelete('cascade'),
    )
    .execute()
  await db.schema
    .createIndex('collection_uprns_collection')
    .on('collection_uprns')
    .columns(['authority', 'collection'])
    .execute()
}
