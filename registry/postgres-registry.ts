import { Kysely, PostgresDialect, sql } from 'kysely'
import pg from 'pg'
import type { Clock } from '../model/clock.ts'
import type { Logger } from '../model/logger.ts'
import { createKyselyRegistry, toRegistryError } from './kysely-registry.ts'
import { migrate } from './migrate.ts'
import type { Registry } from './registry.ts'
import type { DatabaseFault, RegistryDatabase } from './registry-database.ts'
import type { RegistryTables } from './registry-tables.ts'

const CONNECTIONS_MAX = 10
/** How long a call waits for a connection, of the pool or to the server. */
const CONNECT_TIMEOUT_MS = 5_000
const STATEMENT_TIMEOUT_MS = 30_000
/** A process that froze within a transaction must not hold up the others for longer. */
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 30_000
/** How often a transaction is begun again that the server ended for the sake of another one. */
const ATTEMPTS_MAX = 10
/** Names the lock under which tables are migrated; any number that nothing else uses. */
const SCHEMA_LOCK = 4_727_001

/** The registry in a database of PostgreSQL 12 or later, which must be there. `url` is `postgres://…`. */
export async function openPostgresRegistry({
  url,
  clock,
  logger,
}: {
  url: string
  clock: Clock
  logger: Logger
}): Promise<Registry> {
  const database = createPostgresDatabase(openPool(url, logger))
  try {
    await migrate({ database, clock, logger })
  } catch (error) {
    await database.close()
    throw toRegistryError(error, database)
  }
  return createKyselyRegistry({ database, clock })
}

function openPool(url: string, logger: Logger): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max: CONNECTIONS_MAX,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT_MS,
    keepAlive: true,
    application_name: 'kerbside',
    types: { getTypeParser },
  })
  // Without a listener a connection that breaks, idle or between two statements, would end the process.
  const onError = (error: Error): void =>
    logger.warn({ reason: error.message }, 'a connection to the registry broke')
  pool.on('error', onError)
  pool.on('connect', (client) => client.on('error', onError))
  return pool
}

// Whole numbers of the registry fit into a double: 64-bit ones, and the numeric that a sum of them is, become numbers.
function getTypeParser(...[oid, format]: Parameters<typeof pg.types.getTypeParser>) {
  const { INT8, NUMERIC } = pg.types.builtins
  return oid === INT8 || oid === NUMERIC ? Number : pg.types.getTypeParser(oid, format)
}

function createPostgresDatabase(pool: pg.Pool): RegistryDatabase {
  const kysely = new Kysely<RegistryTables>({ dialect: new PostgresDialect({ pool }) })
  const database: RegistryDatabase = {
    kysely,
    async transact(work) {
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await kysely.transaction().execute(work)
        } catch (error) {
          if (faultOf(error) !== 'try_again' || attempt === ATTEMPTS_MAX) throw error
        }
      }
    },
    runBatch: (steps) =>
      database
        .transact(async (transaction) => {
          for (const { query, isGuard } of steps) {
            const { numAffectedRows } = await transaction.executeQuery(query)
            if (isGuard === true && !numAffectedRows) throw GUARDED
          }
          return true
        })
        .catch((error: unknown) => {
          if (error === GUARDED) return false
          throw error
        }),
    rowsOf: (json) => sql`json_array_elements(cast(${json} as json))`,
    bytesOf: (hex) => sql<Uint8Array>`decode(${hex}, 'hex')`,
    async lockSchema(transaction) {
      await sql`select pg_advisory_xact_lock(${SCHEMA_LOCK})`.execute(transaction)
    },
    // The server clears dead rows in its own time (autovacuum).
    forgetRemoved: () => Promise.resolve(true),
    types: { id: sql`text collate "C"`, bytes: sql`bytea` },
    faultOf,
    close: () => kysely.destroy(),
  }
  return database
}

/** Thrown to undo a batch, never seen outside. */
const GUARDED = new Error('A guard touched no row.')

const NETWORK_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOENT',
])

// https://www.postgresql.org/docs/current/errcodes-appendix.html
function faultOf(error: unknown): DatabaseFault {
  if (!(error instanceof Error)) return 'other'
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined
  if (error instanceof pg.DatabaseError && code !== undefined) {
    if (code === '23503') return 'foreign_key'
    // Serialization failure and deadlock.
    if (code === '40001' || code === '40P01') return 'try_again'
    // Connection, authorization, resources, intervention, system; a database that is not there, a read-only standby.
    if (/^(08|28|53|57|58)/.test(code) || code === '3D000' || code === '25006') return 'unavailable'
    return 'other'
  }
  if (code !== undefined && NETWORK_CODES.has(code)) return 'unavailable'
  // What pg itself says of connections has no code.
  return /connection|timeout exceeded|not queryable|after calling end|destroyed/i.test(error.message)
    ? 'unavailable'
    : 'other'
}
