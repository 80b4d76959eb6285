import type { Kysely } from 'kysely'
import type { ColumnTypes } from '../registry-database.ts'

/**
 * Versions of an authority's timetable, and the zips that they were read from, in chunks counted from 0. `is_complete` is 0
 * until all chunks are there: before, nobody sees it. `made_current_time` is when it was last made the current one.
 */
export async function createTimetables(db: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  await db.schema
    .createTable('timetables')
    .addColumn('authority', types.id, (column) =>
      column.notNull().references('authorities.id').onDelete('cascade'),
    )
    .addColumn('id', types.id, (column) => column.notNull())
    .addColumn('version', 'text', (column) => column.notNull())
    .addColumn('hash', 'text', (column) => column.notNull())
    .addColumn('bytes', 'bigint', (column) => column.notNull())
    .addColumn('warnings', 'integer', (column) => column.notNull())
    .addColumn('imported_time', 'bigint', (column) => column.notNull())
    .addColumn('made_current_time', 'bigint', (column) => column.notNull())
    .addColumn('is_current', 'integer', (column) => column.notNull().defaultTo(0))
    .addColumn('is_complete', 'integer', (column) => column.notNull().defaultTo(0))
    .addPrimaryKeyConstraint('timetables_pk', ['authority', 'id'])
    .execute()
  await db.schema
    .createTable('timetable_chunks')
    .addColumn('authority', types.id, (column) => column.notNull())
    .addColumn('id', types.id, (column) => column.notNull())
    .addColumn('number', 'integer', (column) => column.notNull())
    .addColumn('content', types.bytes, (column) => column.notNull())
    .addPrimaryKeyConstraint('timetable_chunks_pk', ['authority', 'id', 'number'])
    .addForeignKeyConstraint(
      'timetable_chunks_timetable',
      ['authority', 'id'],
      'timetables',
      ['authority', 'id'],
      (constraint) => constraint.onDelete('cascade'),
    )
    .execute()
}
