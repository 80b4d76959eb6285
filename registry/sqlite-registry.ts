import { Kysely, sql } from 'kysely'
import type { Clock } from '../model/clock.ts'
import type { Logger } from '../model/logger.ts'
import { createKyselyRegistry, toRegistryError } from './kysely-registry.ts'
import { migrate } from './migrate.ts'
import type { Registry } from './registry.ts'
import type { DatabaseFault, RegistryDatabase } from './registry-database.ts'
import type { RegistryTables } from './registry-tables.ts'
import { openSqliteClient, type SqliteClient, SqliteError } from './sqlite-client.ts'
import { createSqliteDialect } from './sqlite-dialect.ts'

/** The registry in a file of SQLite, or in memory where `path` is `:memory:`. Makes the file's folder. */
export async function openSqliteRegistry({
  path,
  clock,
  logger,
}: {
  path: string
  clock: Clock
  logger: Logger
}): Promise<Registry> {
  const database = createSqliteDatabase(openSqliteClient({ path }))
  try {
    await migrate({ database, clock, logger })
  } catch (error) {
    await database.close()
    throw toRegistryError(error, database)
  }
  return createKyselyRegistry({ database, clock })
}

function createSqliteDatabase(client: SqliteClient): RegistryDatabase {
  const kysely = new Kysely<RegistryTables>({ dialect: createSqliteDialect(client) })
  return {
    kysely,
    transact: (work) => kysely.transaction().execute(work),
    async runBatch(steps) {
      const statements = steps.map(({ query, isGuard }) => {
        const { sql: text, parameters } = query
        return { sql: text, parameters, isGuard: isGuard === true }
      })
      const { release } = await client.acquire()
      try {
        const { isStopped } = await client.run(statements, true)
        return !isStopped
      } finally {
        release()
      }
    },
    rowsOf: (json) => sql`json_each(${json})`,
    bytesOf: (hex) => sql<Uint8Array>`unhex(${hex})`,
    // A transaction is IMMEDIATE: it holds the file's only lock for writing already.
    lockSchema: () => Promise.resolve(),
    // Pages in the file are overwritten at once (secure_delete), so what is left of it is in the log.
    async forgetRemoved() {
      const { rows } = await sql<{ busy: number }>`PRAGMA wal_checkpoint(TRUNCATE)`.execute(kysely)
      return rows[0]?.busy === 0
    },
    types: { id: sql`text`, bytes: sql`blob` },
    faultOf,
    close: () => client.close(),
  }
}

// https://sqlite.org/rescode.html; the lowest 8 bits of an extended code are the primary one.
const CONSTRAINT_FOREIGN_KEY = 787
const UNAVAILABLE = new Set([
  5, // SQLITE_BUSY, after the whole of the busy timeout
  6, // SQLITE_LOCKED
  7, // SQLITE_NOMEM
  8, // SQLITE_READONLY
  10, // SQLITE_IOERR
  11, // SQLITE_CORRUPT
  13, // SQLITE_FULL
  14, // SQLITE_CANTOPEN
])

function faultOf(error: unknown): DatabaseFault {
  if (!(error instanceof SqliteError) || error.resultCode === undefined) return 'other'
  if (error.resultCode === CONSTRAINT_FOREIGN_KEY) return 'foreign_key'
  return UNAVAILABLE.has(error.resultCode & 0xff) ? 'unavailable' : 'other'
}
