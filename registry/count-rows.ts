import type { SelectQueryBuilder } from 'kysely'
import { KerbsideError } from '../model/error.ts'
import type { RegistryTables } from './registry-tables.ts'

type Query<Table extends keyof RegistryTables> = SelectQueryBuilder<RegistryTables, Table, object>

/** How many rows a query that selects no columns yet is about. */
export async function countRows<Table extends keyof RegistryTables>(query: Query<Table>): Promise<number> {
  const { count } = await query
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow()
  return Number(count)
}

/** Called when the one too many is written already: the transaction, whose authority is locked, takes it back. */
export async function requireAtMost<Table extends keyof RegistryTables>(
  max: number,
  things: string,
  query: Query<Table>,
): Promise<void> {
  if ((await countRows(query)) <= max) return
  throw new KerbsideError('CONFLICT', `There are ${max} ${things} already, as many as there may be.`)
}
