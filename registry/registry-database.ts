import type { CompiledQuery, Kysely, RawBuilder, Transaction } from 'kysely'
import type { RegistryTables } from './registry-tables.ts'

export interface BatchStep {
  readonly query: CompiledQuery
  /** Where it touches no row, the whole batch is undone. */
  readonly isGuard?: boolean
}

/** What went wrong in the database's own words, as far as the registry acts on it. */
export type DatabaseFault = 'foreign_key' | 'unavailable' | 'try_again' | 'other'

/** What SQLite and PostgreSQL do each in its own way; everything else is Kysely. */
export interface RegistryDatabase {
  readonly kysely: Kysely<RegistryTables>
  /** One transaction, begun again where the database ended it for the sake of another one. */
  transact<T>(work: (transaction: Transaction<RegistryTables>) => Promise<T>): Promise<T>
  /** The steps as one transaction, in as few trips as the database allows; false where a guard undid it. */
  runBatch(steps: readonly BatchStep[]): Promise<boolean>
  /** A table with one column `value`, a JSON object in each row, from the text of a JSON array. */
  rowsOf(json: string): RawBuilder<unknown>
  /** The bytes of hexadecimal text. */
  bytesOf(hex: RawBuilder<string>): RawBuilder<Uint8Array>
  /** Lets one process at a time go on within a transaction, until its end. */
  lockSchema(transaction: Transaction<RegistryTables>): Promise<void>
  /** What was removed is in no file any more, as far as the database lets go of it; false where it is to be tried again. */
  forgetRemoved(): Promise<boolean>
  readonly types: ColumnTypes
  faultOf(error: unknown): DatabaseFault
  close(): Promise<void>
}

export interface ColumnTypes {
  /** Compared byte by byte, so that both databases list in the same order. */
  readonly id: RawBuilder<unknown>
  readonly bytes: RawBuilder<unknown>
}
