import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import { parentPort, workerData } from 'node:worker_threads'
import type { SqliteReply, SqliteRequest, SqliteResult, SqliteStatement } from './sqlite-client.ts'

// The thread that owns the registry's file: node:sqlite is synchronous, and the event loop must not wait for a disk.

/** How long a statement waits for another process that is writing. */
const BUSY_TIMEOUT_MS = 5_000
/** Prepared statements are kept, the least recently used going first; long ones are seldom the same again. */
const PREPARED_MAX = 200
const PREPARED_SQL_CHARACTERS_MAX = 4_000

const { path } = workerData as { path: string }
const port = parentPort
if (!port) throw new Error('sqlite-worker.ts runs as a worker thread.')
const prepared = new Map<string, StatementSync>()
const database = openDatabase()

port.on('message', (request: SqliteRequest) => {
  if (request.type === 'close') {
    database.close()
    port.close()
    return
  }
  let reply: SqliteReply
  try {
    reply = { id: request.id, ...run(request.statements, request.isTransaction) }
  } catch (error) {
    reply = { id: request.id, error: describe(error) }
  }
  port.postMessage(reply)
})

function openDatabase(): DatabaseSync {
  if (path !== ':memory:') mkdirSync(dirname(path), { recursive: true })
  const opened = new DatabaseSync(path)
  opened.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`)
  useWriteAheadLog(opened)
  // What is deleted of people is overwritten, and not only given up.
  opened.exec('PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON')
  return opened
}

// Of two processes that change a new file to WAL at the same moment SQLite tells one that it is busy without waiting.
function useWriteAheadLog(opened: DatabaseSync): void {
  const deadline = Date.now() + BUSY_TIMEOUT_MS
  for (;;) {
    try {
      opened.exec('PRAGMA journal_mode = WAL')
      return
    } catch (error) {
      if (Date.now() > deadline) throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10)
    }
  }
}

function run(
  statements: readonly SqliteStatement[],
  isTransaction: boolean,
): { results: SqliteResult[]; isStopped: boolean } {
  if (!isTransaction) return { results: statements.map(execute), isStopped: false }
  execute({ sql: 'BEGIN IMMEDIATE', parameters: [] })
  try {
    const results: SqliteResult[] = []
    for (const statement of statements) {
      const result = execute(statement)
      results.push(result)
      if (statement.isGuard && result.changes === 0) {
        execute({ sql: 'ROLLBACK', parameters: [] })
        return { results, isStopped: true }
      }
    }
    execute({ sql: 'COMMIT', parameters: [] })
    return { results, isStopped: false }
  } catch (error) {
    execute({ sql: 'ROLLBACK', parameters: [] })
    throw error
  }
}

function execute({ sql, parameters }: SqliteStatement): SqliteResult {
  // Some failures, a full disk for one, have rolled back already.
  if (sql === 'ROLLBACK' && !database.isTransaction) return { rows: [], changes: 0 }
  const statement = prepare(sql)
  const values = parameters as SQLInputValue[]
  if (statement.columns().length > 0) {
    const rows = statement.all(...values)
    return { rows, changes: rows.length }
  }
  return { rows: [], changes: Number(statement.run(...values).changes) }
}

function prepare(sql: string): StatementSync {
  const known = prepared.get(sql)
  const statement = known ?? database.prepare(sql)
  if (sql.length > PREPARED_SQL_CHARACTERS_MAX) return statement
  if (known) prepared.delete(sql)
  prepared.set(sql, statement)
  const [oldest] = prepared.keys()
  if (prepared.size > PREPARED_MAX && oldest !== undefined) prepared.delete(oldest)
  return statement
}

function describe(error: unknown): { message: string; resultCode: number | undefined } {
  const resultCode = (error as { errcode?: unknown }).errcode
  return {
    message: error instanceof Error ? error.message : String(error),
    resultCode: typeof resultCode === 'number' ? resultCode : undefined,
  }
}
