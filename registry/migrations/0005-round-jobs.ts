import type { Kysely } from 'kysely'
import type { ColumnTypes } from '../registry-database.ts'

/**
 * What is still to be done for rounds, so that one process at a time does it and another one goes on where it ends:
 * `stage` is `solve`, then `record` until the round is in the store as a measurement. A job is free from `lease_until` on;
 * `owner` and `attempts` together name a lease. The authority's `incarnation` tells it from an earlier one of its id, and
 * the round's `revision` the plan that was mended from the one before it.
 */
export async function createRoundJobs(db: Kysely<unknown>, types: ColumnTypes): Promise<void> {
  await db.schema
    .alterTable('authorities')
    .addColumn('incarnation', 'text', (column) => column.notNull().defaultTo(''))
    .execute()
  await db.schema
    .alterTable('rounds')
    .addColumn('revision', 'integer', (column) => column.notNull().defaultTo(0))
    .execute()
  await db.schema
    .createTable('round_jobs')
    .addColumn('authority', types.id, (column) => column.notNull())
    .addColumn('id', types.id, (column) => column.notNull())
    .addColumn('stage', 'text', (column) => column.notNull())
    .addColumn('created_time', 'bigint', (column) => column.notNull())
    .addColumn('owner', 'text')
    .addColumn('lease_until', 'bigint', (column) => column.notNull().defaultTo(0))
    .addColumn('attempts', 'integer', (column) => column.notNull().defaultTo(0))
    .addColumn('is_cancelled', 'integer', (column) => column.notNull().defaultTo(0))
    .addColumn('progress', 'text')
    .addPrimaryKeyConstraint('round_jobs_pk', ['authority', 'id'])
    .addForeignKeyConstraint(
      'round_jobs_round',
      ['authority', 'id'],
      'rounds',
      ['authority', 'id'],
      (constraint) => constraint.onDelete('cascade'),
    )
    .execute()
  await adoptUnfinished(db as Kysely<UnfinishedTables>)
}

interface UnfinishedTables {
  rounds: { authority: string; id: string; created_time: number; document: string }
  round_jobs: { authority: string; id: string; stage: string; created_time: number }
}

/** Rounds that the version before left unfinished. Within a text of JSON a quote is escaped, so only a field looks like this. */
async function adoptUnfinished(db: Kysely<UnfinishedTables>): Promise<void> {
  const unfinished = await db
    .selectFrom('rounds')
    .select(['authority', 'id', 'created_time'])
    .where((where) =>
      where.or([
        where('document', 'like', '%"status":"queued"%'),
        where('document', 'like', '%"status":"solving"%'),
      ]),
    )
    .execute()
  for (const round of unfinished) {
    await db
      .insertInto('round_jobs')
      .values({ ...round, stage: 'solve' })
      .execute()
  }
}
