import { type Kysely, sql } from 'kysely'
import type { ColumnTypes } from '../registry-database.ts'

/**
 * Alerts to operations teams, and what became of them, in order. `device` is '' where an alert is about no single one; of a
 * condition and a device one alert is open at a time, whoever raises it. An event keeps the alert as it was then.
 */
export async function createAlerts(db: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  await db.schema
    .createTable('alerts')
    .addColumn('authority', types.id, (column) =>
      column.notNull().references('authorities.id').onDelete('cascade'),
    )
    .addColumn('id', types.id, (column) => column.notNull())
    .addColumn('condition', 'text', (column) => column.notNull())
    .addColumn('device', types.id, (column) => column.notNull())
    .addColumn('cleared_time', 'bigint')
    .addColumn('document', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('alerts_pk', ['authority', 'id'])
    .execute()
  await sql`
    create unique index alerts_open on alerts (authority, condition, device) where cleared_time is null`.execute(
    db,
  )
  await db.schema.createIndex('alerts_cleared').on('alerts').column('cleared_time').execute()
  await db.schema
    .createTable('alert_events')
    .addColumn('sequence', 'bigint', (column) => column.primaryKey())
    .addColumn('authority', types.id, (column) =>
      column.notNull().references('authorities.id').onDelete('cascade'),
    )
    .addColumn('type', 'text', (column) => column.notNull())
    .addColumn('alert', 'text', (column) => column.notNull())
    .addColumn('time', 'bigint', (column) => column.notNull())
    .execute()
  await db.schema
    .createIndex('alert_events_authority')
    .on('alert_events')
    .columns(['authority', 'sequence'])
    .execute()
  await db.schema.createIndex('alert_events_time').on('alert_events').column('time').execute()
}
