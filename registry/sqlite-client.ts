import { Worker } from 'node:worker_threads'
import { KerbsideError, messageOf } from '../model/error.ts'

export interface SqliteStatement {
  readonly sql: string
  readonly parameters: readonly unknown[]
  /** In a transaction: where it touches no row, all is rolled back and the rest left undone. */
  readonly isGuard?: boolean
}

export interface SqliteResult {
  readonly rows: unknown[]
  readonly changes: number
}

export type SqliteRequest =
  | { type: 'run'; id: number; statements: readonly SqliteStatement[]; isTransaction: boolean }
  | { type: 'close' }

export type SqliteReply =
  | { id: number; results: SqliteResult[]; isStopped: boolean }
  | { id: number; error: { message: string; resultCode: number | undefined } }

/** SQLite's own refusal of a statement. */
export class SqliteError extends Error {
  /** SQLite's extended result code. */
  readonly resultCode: number | undefined

  constructor(message: string, resultCode: number | undefined) {
    super(message)
    this.name = 'SqliteError'
    this.resultCode = resultCode
  }
}

/** A SQLite file in a worker thread, and whose turn it is to use it. */
export interface SqliteClient {
  /** Waits for the turn; `release` must be called. Rejects with BUSY where too many wait. */
  acquire(): Promise<{ release(): void }>
  /** Only by whose turn it is. Transactions of one request cost one trip to the thread. */
  run(
    statements: readonly SqliteStatement[],
    isTransaction: boolean,
  ): Promise<{ results: SqliteResult[]; isStopped: boolean }>
  /** Waits for what is under way. */
  close(): Promise<void>
}

/** Beyond this, callers are told that the registry is busy rather than kept in memory. */
const WAITING_MAX = 10_000

export function openSqliteClient({ path }: { path: string }): SqliteClient {
  const worker = new Worker(new URL('./sqlite-worker.ts', import.meta.url), {
    workerData: { path },
    // Rows live for a moment; the default would let it hold three times 16 MiB of what is gone.
    resourceLimits: { maxYoungGenerationSizeMb: 8 },
  })
  const pending = new Map<number, PromiseWithResolvers<{ results: SqliteResult[]; isStopped: boolean }>>()
  let failure: KerbsideError | undefined
  let lastId = 0
  let turn = Promise.resolve()
  let waiting = 0
  const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()))

  worker.on('message', (reply: SqliteReply) => {
    const request = pending.get(reply.id)
    pending.delete(reply.id)
    if (!request) return
    if ('error' in reply) request.reject(new SqliteError(reply.error.message, reply.error.resultCode))
    else request.resolve(reply)
  })
  worker.on('error', (error) => fail(error))
  worker.on('exit', () => fail(undefined))

  return { acquire, run, close }

  async function acquire(): Promise<{ release(): void }> {
    if (waiting >= WAITING_MAX) throw new KerbsideError('BUSY', `${waiting} calls wait for the registry.`)
    waiting += 1
    const { promise, resolve } = Promise.withResolvers<void>()
    const previous = turn
    turn = promise
    await previous
    return {
      release() {
        waiting -= 1
        resolve()
      },
    }
  }

  function run(
    statements: readonly SqliteStatement[],
    isTransaction: boolean,
  ): Promise<{ results: SqliteResult[]; isStopped: boolean }> {
    if (failure) return Promise.reject(failure)
    lastId += 1
    const request = Promise.withResolvers<{ results: SqliteResult[]; isStopped: boolean }>()
    pending.set(lastId, request)
    worker.postMessage({ type: 'run', id: lastId, statements, isTransaction } satisfies SqliteRequest)
    return request.promise
  }

  async function close(): Promise<void> {
    const { release } = await acquire()
    if (!failure) {
      failure = new KerbsideError('REGISTRY_UNAVAILABLE', 'The registry is closed.')
      worker.postMessage({ type: 'close' } satisfies SqliteRequest)
    }
    await exited
    release()
  }

  function fail(cause: unknown): void {
    const why = cause === undefined ? '' : `: ${messageOf(cause)}`
    failure ??= new KerbsideError(
      'REGISTRY_UNAVAILABLE',
      `The registry's file ${path} cannot be used${why}`,
      {
        cause,
      },
    )
    for (const request of pending.values()) request.reject(failure)
    pending.clear()
  }
}
