import type { Kysely } from 'kysely'
import type { ColumnTypes } from '../registry-database.ts'

/**
 * Other systems that an authority has readings or predictions from: `sealed` are the credentials, encrypted by the key that
 * only the processes have; `version` is another one after each change; `feed` is the last message whose content is kept as a
 * whole, received at `feed_time`.
 */
export async function createConnections(db: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  await db.schema
    .createTable('connections')
    .addColumn('authority', types.id, (column) =>
      column.notNull().references('authorities.id').onDelete('cascade'),
    )
    .addColumn('id', types.id, (column) => column.notNull())
    .addColumn('version', types.id, (column) => column.notNull())
    .addColumn('document', 'text', (column) => column.notNull())
    .addColumn('sealed', types.bytes)
    .addColumn('state', 'text')
    .addColumn('feed', types.bytes)
    .addColumn('feed_time', 'bigint')
    .addPrimaryKeyConstraint('connections_pk', ['authority', 'id'])
    .execute()
}
