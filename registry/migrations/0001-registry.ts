import type { Kysely } from 'kysely'
import type { ColumnTypes } from '../registry-database.ts'

/** The first tables. A migration that has been released is never changed: what comes later is a file of its own. */
export async function createRegistryTables(db: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  const { schema } = db

  await schema
    .createTable('authorities')
    .addColumn('id', types.id, (column) => column.primaryKey())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('time_zone', 'text', (column) => column.notNull())
    .addColumn('published', 'text', (column) => column.notNull())
    .execute()

  await schema
    .createTable('devices')
    .addColumn('authority', types.id, ownedByAuthority)
    .addColumn('id', types.id, (column) => column.notNull())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('name', 'text')
    .addColumn('longitude', 'double precision')
    .addColumn('latitude', 'double precision')
    .addColumn('uprn', 'text')
    .addColumn('usrn', 'text')
    .addColumn('stop_ids', 'text', (column) => column.notNull())
    .addColumn('settings', 'text', (column) => column.notNull())
    .addColumn('password_hash', types.bytes, (column) => column.notNull())
    .addPrimaryKeyConstraint('devices_pk', ['authority', 'id'])
    .execute()
  await schema.createIndex('devices_by_kind').on('devices').columns(['authority', 'kind', 'id']).execute()

  // The last change of every device that is or was, so that directories learn of deletions too.
  await schema
    .createTable('device_changes')
    .addColumn('authority', types.id, (column) => column.notNull())
    .addColumn('device_id', types.id, (column) => column.notNull())
    .addColumn('version', 'bigint', (column) => column.notNull().unique())
    .addColumn('time', 'bigint', (column) => column.notNull())
    .addColumn('is_deleted', 'integer', (column) => column.notNull())
    .addPrimaryKeyConstraint('device_changes_pk', ['authority', 'device_id'])
    .execute()

  await schema
    .createIndex('device_changes_by_deletion')
    .on('device_changes')
    .columns(['is_deleted', 'time'])
    .execute()

  await schema
    .createTable('counters')
    .addColumn('name', types.id, (column) => column.primaryKey())
    .addColumn('value', 'bigint', (column) => column.notNull())
    .execute()

  await schema
    .createTable('device_statuses')
    .addColumn('authority', types.id, (column) => column.notNull())
    .addColumn('device', types.id, (column) => column.notNull())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('is_online', 'integer', (column) => column.notNull())
    .addColumn('time', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('device_statuses_pk', ['authority', 'device'])
    .addForeignKeyConstraint(
      'device_statuses_device',
      ['authority', 'device'],
      'devices',
      ['authority', 'id'],
      (constraint) => constraint.onDelete('cascade'),
    )
    .execute()

  // The installation's own key has no authority.
  await schema
    .createTable('keys')
    .addColumn('id', types.id, (column) => column.primaryKey())
    .addColumn('authority', types.id, (column) => column.references('authorities.id').onDelete('cascade'))
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('scopes', 'text', (column) => column.notNull())
    .addColumn('hash', 'text', (column) => column.notNull().unique())
    .addColumn('created_time', 'bigint', (column) => column.notNull())
    .execute()
  await schema.createIndex('keys_by_authority').on('keys').columns(['authority', 'id']).execute()

  // Not owned by the authority: what was done to it outlives it.
  await schema
    .createTable('audit')
    .addColumn('id', types.id, (column) => column.primaryKey())
    .addColumn('authority', types.id)
    .addColumn('time', 'bigint', (column) => column.notNull())
    .addColumn('actor', 'text', (column) => column.notNull())
    .addColumn('action', 'text', (column) => column.notNull())
    .addColumn('target', 'text', (column) => column.notNull())
    .addColumn('detail', 'text', (column) => column.notNull())
    .execute()
  await schema.createIndex('audit_by_authority').on('audit').columns(['authority', 'id']).execute()

  await schema
    .createTable('sites')
    .addColumn('authority', types.id, ownedByAuthority)
    .addColumn('kind', types.id, (column) => column.notNull())
    .addColumn('id', types.id, (column) => column.notNull())
    .addColumn('document', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('sites_pk', ['authority', 'kind', 'id'])
    .execute()

  await schema
    .createTable('rounds')
    .addColumn('authority', types.id, ownedByAuthority)
    .addColumn('id', types.id, (column) => column.notNull())
    .addColumn('created_time', 'bigint', (column) => column.notNull())
    .addColumn('document', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('rounds_pk', ['authority', 'id'])
    .execute()
  await schema
    .createIndex('rounds_by_time')
    .on('rounds')
    .columns(['authority', 'created_time', 'id'])
    .execute()

  await schema
    .createTable('sources')
    .addColumn('id', types.id, (column) => column.primaryKey())
    .addColumn('position', 'bigint', (column) => column.notNull())
    .execute()

  // Not owned by the authority: the source's totals go on growing over its deletion. `accepted` is such a total;
  // `accepted_before` is what of it an earlier authority of the same id had stored or quarantined.
  await schema
    .createTable('source_counts')
    .addColumn('authority', types.id, (column) => column.notNull())
    .addColumn('source', types.id, (column) => column.notNull())
    .addColumn('accepted', 'bigint', (column) => column.notNull())
    .addColumn('accepted_before', 'bigint', (column) => column.notNull().defaultTo(0))
    .addColumn('stored', 'bigint', (column) => column.notNull())
    .addColumn('quarantined', 'bigint', (column) => column.notNull())
    .addColumn('oldest_pending_time', 'bigint')
    .addPrimaryKeyConstraint('source_counts_pk', ['authority', 'source'])
    .execute()
  await schema.createIndex('source_counts_by_source').on('source_counts').column('source').execute()

  await schema
    .createTable('sequences')
    .addColumn('authority', types.id, ownedByAuthority)
    .addColumn('device', types.id, (column) => column.notNull())
    .addColumn('sequence', 'bigint', (column) => column.notNull())
    .addColumn('hash', types.id, (column) => column.notNull())
    .addColumn('time', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('sequences_pk', ['authority', 'device', 'sequence', 'hash'])
    .execute()
  await schema.createIndex('sequences_by_time').on('sequences').column('time').execute()

  await schema
    .createTable('quarantine')
    .addColumn('authority', types.id, ownedByAuthority)
    .addColumn('id', types.id, (column) => column.notNull())
    .addColumn('source', types.id, (column) => column.notNull())
    .addColumn('device', types.id)
    .addColumn('topic', 'text', (column) => column.notNull())
    .addColumn('payload', types.bytes, (column) => column.notNull())
    .addColumn('payload_bytes', 'integer', (column) => column.notNull())
    .addColumn('reason', types.id, (column) => column.notNull())
    .addColumn('detail', 'text', (column) => column.notNull())
    .addColumn('received_time', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('quarantine_pk', ['authority', 'id'])
    .execute()
  // With the sizes in it, counting by reason and measuring an authority's quarantine need no payload.
  await schema
    .createIndex('quarantine_by_reason')
    .on('quarantine')
    .columns(['authority', 'reason', 'id', 'payload_bytes'])
    .execute()
  await schema
    .createIndex('quarantine_by_device')
    .on('quarantine')
    .columns(['authority', 'device', 'id'])
    .execute()
  await schema.createIndex('quarantine_by_time').on('quarantine').column('received_time').execute()
}

interface ColumnBuilder<T> {
  notNull(): T
  references(reference: string): T
  onDelete(action: 'cascade'): T
}

function ownedByAuthority<T extends ColumnBuilder<T>>(column: T): T {
  return column.notNull().references('authorities.id').onDelete('cascade')
}
