import type { Kysely } from 'kysely'
import type { ColumnTypes } from '../registry-database.ts'

/**
 * Which keys are gone, so that whoever let somebody in with one learns of it. Versions are of the same counter as those
 * of device changes. A row without a key's hash is the end of an authority, and of all keys that it had.
 */
export async function createRevocations(db: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  await db.schema
    .createTable('revocations')
    .addColumn('version', 'bigint', (column) => column.primaryKey())
    .addColumn('authority', types.id, (column) => column.notNull())
    .addColumn('key_hash', types.id)
    .addColumn('time', 'bigint', (column) => column.notNull())
    .execute()
  await db.schema.createIndex('revocations_by_time').on('revocations').column('time').execute()
}
