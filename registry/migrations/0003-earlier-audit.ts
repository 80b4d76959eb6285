import type { Kysely } from 'kysely'

/** Which entries are of an earlier authority of the same id: those that are there when one is created. */
export async function markEarlierAudit(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .alterTable('audit')
    .addColumn('is_earlier', 'integer', (column) => column.notNull().defaultTo(0))
    .execute()
}
