import type { Transaction } from 'kysely'
import type { Clock } from '../model/clock.ts'
import { KerbsideError } from '../model/error.ts'
import type { RegistryDatabase } from './registry-database.ts'
import type { RegistryTables } from './registry-tables.ts'

/** What every resource of the registry works with. */
export interface RegistryContext {
  readonly database: RegistryDatabase
  readonly clock: Clock
  /** An id that sorts behind the ones made before it. */
  nextId(): string
}

export type RegistryTransaction = Transaction<RegistryTables>

export function notFound(thing: string, id: string): KerbsideError {
  return new KerbsideError('NOT_FOUND', `There is no ${thing} "${id}".`)
}

export function alreadyExists(thing: string, id: string, path = 'id'): KerbsideError {
  const message = `The ${thing} "${id}" is there already.`
  return new KerbsideError('ALREADY_EXISTS', message, { faults: [{ path, message }] })
}

/** As `requireAuthority`; and of transactions that call this, one at a time goes on for an authority. */
export async function lockAuthority(transaction: RegistryTransaction, id: string): Promise<void> {
  const { numUpdatedRows } = await transaction
    .updateTable('authorities')
    .set({ id })
    .where('id', '=', id)
    .executeTakeFirstOrThrow()
  if (numUpdatedRows === 0n) throw notFound('authority', id)
}

export async function requireAuthority(transaction: RegistryTransaction, id: string): Promise<void> {
  const found = await transaction
    .selectFrom('authorities')
    .select('id')
    .where('id', '=', id)
    .executeTakeFirst()
  if (!found) throw notFound('authority', id)
}
