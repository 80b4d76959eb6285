import type { Insertable, UpdateObject } from 'kysely'
import { requireAtMost } from './count-rows.ts'
import { alreadyExists, notFound, type RegistryTransaction } from './registry-context.ts'
import type { RegistryTables } from './registry-tables.ts'

/** Tables of things that each belong to an authority, one a row. */
type OwnedTable =
  | 'citizen_reports'
  | 'collections'
  | 'connections'
  | 'hooks'
  | 'key_requests'
  | 'service_notices'
  | 'sites'

/** One of those things, and how its row is found. */
export interface Owned<Table extends OwnedTable = OwnedTable> {
  readonly table: Table
  /** What it is called in messages and in the audit. */
  readonly noun: string
  readonly authority: string
  /** In tables that hold several kinds. */
  readonly kind?: RegistryTables['service_notices' | 'sites']['kind']
  readonly id: string
}

/** Of the authority's things of a kind, one more than `max` is refused. One that is there already is said to be so first. */
export async function insertWithin<Table extends OwnedTable>(
  transaction: RegistryTransaction,
  max: number,
  owned: Owned<Table>,
  row: Insertable<RegistryTables[Table]>,
): Promise<void> {
  await insertOne(transaction, owned, row)
  const { authority, kind, noun } = owned
  const table: OwnedTable = owned.table
  let query = transaction.selectFrom(table).where('authority', '=', authority)
  if (kind !== undefined) query = query.where('kind', '=', kind)
  await requireAtMost(max, `${noun}s`, query)
}

export async function insertOne<Table extends OwnedTable>(
  transaction: RegistryTransaction,
  { table, noun, id }: Owned<Table>,
  row: Insertable<RegistryTables[Table]>,
): Promise<void> {
  const { numInsertedOrUpdatedRows } = await transaction
    .insertInto(table)
    .values(row)
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirstOrThrow()
  if (!numInsertedOrUpdatedRows) throw alreadyExists(noun, id)
}

export async function updateOne<Table extends OwnedTable>(
  transaction: RegistryTransaction,
  { table, noun, authority, kind, id }: Owned<Table>,
  values: UpdateObject<RegistryTables, Table, Table>,
): Promise<void> {
  // Kysely has no update of a table that only the caller knows; the values are checked against that one above.
  const one: OwnedTable = table
  let query = transaction.updateTable(one).set(values).where('authority', '=', authority).where('id', '=', id)
  if (kind !== undefined) query = query.where('kind', '=', kind)
  const { numUpdatedRows } = await query.executeTakeFirstOrThrow()
  if (numUpdatedRows === 0n) throw notFound(noun, id)
}

export async function deleteOne(
  transaction: RegistryTransaction,
  { table, noun, authority, kind, id }: Owned,
): Promise<void> {
  let query = transaction.deleteFrom(table).where('authority', '=', authority).where('id', '=', id)
  if (kind !== undefined) query = query.where('kind', '=', kind)
  const { numDeletedRows } = await query.executeTakeFirstOrThrow()
  if (numDeletedRows === 0n) throw notFound(noun, id)
}
