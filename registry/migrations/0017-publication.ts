import type { Kysely } from 'kysely'

/** On which terms an authority publishes single datasets; null where it says nothing of them. */
export async function addPublication(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('authorities').addColumn('publication', 'text').execute()
}
