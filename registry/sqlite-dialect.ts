import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely'
import type { SqliteClient } from './sqlite-client.ts'

/** Kysely's SQLite with every statement sent to the client's worker thread. */
export function createSqliteDialect(client: SqliteClient): Dialect {
  return {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => createDriver(client),
    createIntrospector: (kysely) => new SqliteIntrospector(kysely),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  }
}

function createDriver(client: SqliteClient): Driver {
  const releases = new WeakMap<DatabaseConnection, () => void>()
  // IMMEDIATE: a transaction that reads first and writes later could otherwise find another process's write between.
  const send = async (sql: string): Promise<void> => {
    await client.run([{ sql, parameters: [] }], false)
  }
  return {
    init: () => Promise.resolve(),
    async acquireConnection() {
      const { release } = await client.acquire()
      const connection = createConnection(client)
      releases.set(connection, release)
      return connection
    },
    beginTransaction: () => send('BEGIN IMMEDIATE'),
    commitTransaction: () => send('COMMIT'),
    rollbackTransaction: () => send('ROLLBACK'),
    async releaseConnection(connection) {
      releases.get(connection)?.()
    },
    destroy: () => client.close(),
  }
}

function createConnection(client: SqliteClient): DatabaseConnection {
  return {
    async executeQuery<R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> {
      const { results } = await client.run([{ sql, parameters }], false)
      const [result] = results
      return { rows: (result?.rows ?? []) as R[], numAffectedRows: BigInt(result?.changes ?? 0) }
    },
    // biome-ignore lint/correctness/useYield: Kysely demands the method, and the registry reads no streams.
    async *streamQuery() {
      throw new Error('The registry reads no streams.')
    },
  }
}
