import type { DuckDBConnection } from '@duckdb/node-api'
import { KINDS, type Kind } from '../model/device.ts'
import { KerbsideError, messageOf } from '../model/error.ts'
import type { Logger } from '../model/logger.ts'
import type { Reading } from '../model/reading.ts'
import { type DuckdbDatabase, openDuckdbDatabase, tableOf } from './duckdb-database.ts'
import { createObservationWriter, deleteObservationRows } from './duckdb-observations.ts'
import { deletePredictionRows, writePredictionRows } from './duckdb-predictions.ts'
import {
  queryCount,
  queryIntervals,
  queryLatest,
  queryLatestUntil,
  queryMeasured,
  queryReadings,
  queryReceived,
  querySeries,
  queryVersion,
} from './duckdb-queries.ts'
import { deleteRoundRows, writeRoundRows } from './duckdb-rounds.ts'
import { runTransaction } from './duckdb-transaction.ts'
import { writeBatch } from './duckdb-write-batch.ts'
import type { ReadingStore } from './reading-store.ts'
import { SeriesIndex } from './series-index.ts'

export interface DuckdbReadingStoreOptions {
  /** The file, made where there is none; `:memory:` keeps readings until it is closed. */
  readonly path: string
  readonly logger: Logger
  /** What DuckDB may hold in memory, such as `512MiB`. Default 1GiB. */
  readonly memoryLimit?: string
  /** Threads that one query may use. Default 2, so that the broker beside it keeps its share. */
  readonly threads?: number
}

/** How many queries may wait for a connection; the next ones are refused. */
const WAITING_QUERIES_MAX = 1_000

interface OpenState {
  readonly database: DuckdbDatabase
  readonly index: SeriesIndex
  /** What runs on its connections now. */
  readonly running: Set<Promise<unknown>>
  isFailed: boolean
}

/**
 * Readings in one DuckDB file, or in memory. One process may have the file open. A batch is one transaction; batches
 * are written one after another, beside queries, which see those that are committed.
 */
export async function openDuckdbReadingStore({
  path,
  logger,
  memoryLimit = '1GiB',
  threads = 2,
}: DuckdbReadingStoreOptions): Promise<ReadingStore> {
  let closing: Promise<unknown> = Promise.resolve()
  let state: Promise<OpenState> | undefined = openState()
  let isClosed = false
  let lastWrite: Promise<unknown> = Promise.resolve()
  let batchNumber = 0
  const writeObservationRows = createObservationWriter()
  const busy = new Set<DuckDBConnection>()
  const waiting: (() => void)[] = []
  await state

  return {
    async write(readings) {
      assertOpen()
      return enqueueWrite(async ({ database, index }) =>
        writeBatch({ database, index, batchNumber: ++batchNumber }, readings),
      )
    },
    async listLatest(authority, kind) {
      assertOpen()
      const { index } = await getState()
      const latest: Reading[] = []
      for (const series of index.list(authority, kind)) if (series.latest) latest.push(series.latest)
      return latest
    },
    listLatestUntil: (authority, kind, until) =>
      runQuery(({ database, index }, connection) =>
        queryLatestUntil({ connection, database, index }, { authority, kind, until }),
      ),
    listMeasured: (query) =>
      runQuery(({ database, index }, connection) => queryMeasured({ connection, database, index }, query)),
    listReadings: (query) =>
      runQuery(({ database, index }, connection) => queryReadings({ connection, database, index }, query)),
    listReceived: (query) =>
      runQuery(({ database, index }, connection) => queryReceived({ connection, database, index }, query)),
    listIntervals: (query) =>
      runQuery(({ database, index }, connection) => queryIntervals({ connection, database, index }, query)),
    countReadings: (query) => runQuery((_, connection) => queryCount(connection, query)),
    getReadingsVersion: (query) => runQuery((_, connection) => queryVersion(connection, query)),
    async writeRound(record) {
      assertOpen()
      return enqueueWrite(({ database }) => writeRoundRows(database.writer, record))
    },
    async writePredictions(authority, predictions) {
      assertOpen()
      return enqueueWrite(({ database }) => writePredictionRows(database.writer, authority, predictions))
    },
    async writeObservations(authority, observations) {
      assertOpen()
      return enqueueWrite(({ database }) => writeObservationRows(database.writer, authority, observations))
    },
    async deleteAuthority(authority) {
      assertOpen()
      return enqueueWrite(async ({ database, index }) => {
        await deleteRows(database.writer, authority)
        index.deleteAuthority(authority)
      })
    },
    check: () => runQuery(async (_, connection) => void (await connection.run('SELECT 1'))),
    async close() {
      if (isClosed) return
      isClosed = true
      for (const wake of waiting.splice(0)) wake()
      await lastWrite
      const opened = await state?.catch(() => undefined)
      await closing
      if (!opened) return
      await settle(opened)
      // Closing writes the log into the file, on this thread: done before, it takes another.
      await opened.database.writer.run('CHECKPOINT').catch((error) => {
        logger.warn({ error: messageOf(error) }, 'the reading store was closed without a checkpoint')
      })
      opened.database.close()
    },
  }

  async function openState(): Promise<OpenState> {
    await closing
    const database = await openDuckdbDatabase({ path, memoryLimit, threads })
    try {
      return { database, index: await loadIndex(database), running: new Set(), isFailed: false }
    } catch (error) {
      database.close()
      throw error
    }
  }

  function getState(): Promise<OpenState> {
    state ??= openState().catch((error: unknown) => {
      state = undefined
      throw toUnavailable(error)
    })
    return state
  }

  function assertOpen(): void {
    if (isClosed) throw new KerbsideError('STORE_UNAVAILABLE', 'the reading store is closed')
  }

  function enqueueWrite<T>(write: (state: OpenState) => Promise<T>): Promise<T> {
    const result = lastWrite.then(async () => {
      const opened = await getState()
      try {
        return await track(opened, write(opened))
      } catch (error) {
        await recover(opened, error)
        throw toUnavailable(error)
      }
    })
    lastWrite = result.catch(() => undefined)
    return result
  }

  // After an append or a commit that failed, what DuckDB has in memory may not be what it has in the file: the batch may
  // be there twice, and later ones be lost though they were committed. So a file is opened anew and its index with it.
  async function recover(opened: OpenState, cause: unknown): Promise<void> {
    if (path === ':memory:') {
      // The index has only what was committed. A commit that failed leaves nothing to roll back, and rows in doubt.
      await opened.database.writer.run('ROLLBACK').catch(() => abandon(opened, cause))
    } else {
      abandon(opened, cause)
    }
  }

  function abandon(opened: OpenState, cause: unknown): void {
    if (opened.isFailed) return
    opened.isFailed = true
    closing = settle(opened).then(() => opened.database.close())
    if (path === ':memory:') {
      logger.error({ error: messageOf(cause) }, 'the reading store in memory failed, and ends')
      state = Promise.reject(toUnavailable(cause))
      // Every later call is told so; without one it is no reason to end the process.
      state.catch(() => undefined)
    } else {
      logger.error({ error: messageOf(cause) }, 'the reading store failed and will be opened anew')
      state = undefined
    }
  }

  async function runQuery<T>(
    query: (state: OpenState, connection: DuckDBConnection) => Promise<T>,
  ): Promise<T> {
    for (;;) {
      assertOpen()
      const opened = await getState()
      const connection = opened.database.readers.find((reader) => !busy.has(reader))
      if (connection) return runOn(opened, connection, query)
      if (waiting.length >= WAITING_QUERIES_MAX) {
        throw new KerbsideError(
          'STORE_UNAVAILABLE',
          `${WAITING_QUERIES_MAX} queries are waiting for the reading store already`,
        )
      }
      await new Promise<void>((resolve) => waiting.push(resolve))
    }
  }

  async function runOn<T>(
    opened: OpenState,
    connection: DuckDBConnection,
    query: (state: OpenState, connection: DuckDBConnection) => Promise<T>,
  ): Promise<T> {
    busy.add(connection)
    try {
      return await track(opened, query(opened, connection))
    } catch (error) {
      if (/FATAL|INTERNAL|invalidated/.test(messageOf(error))) abandon(opened, error)
      throw toUnavailable(error)
    } finally {
      busy.delete(connection)
      waiting.shift()?.()
    }
  }
}

async function track<T>({ running }: OpenState, work: Promise<T>): Promise<T> {
  running.add(work)
  try {
    return await work
  } finally {
    running.delete(work)
  }
}

async function settle({ running }: OpenState): Promise<void> {
  while (running.size > 0) await Promise.allSettled(running)
}

function toUnavailable(error: unknown): KerbsideError {
  if (error instanceof KerbsideError && error.code === 'STORE_UNAVAILABLE') return error
  return new KerbsideError('STORE_UNAVAILABLE', `the reading store failed: ${messageOf(error)}`, {
    cause: error,
  })
}

async function loadIndex({ writer, columns }: DuckdbDatabase): Promise<SeriesIndex> {
  const index = new SeriesIndex()
  for (const kind of KINDS) {
    const byId = new Map(
      (await querySeries(writer, kind)).map(({ id, authority, device, part }) => {
        const series = index.add(id, authority, kind, device, part)
        series.isStored = true
        return [id, series]
      }),
    )
    for (const { series: id, ...measured } of await queryLatest(writer, kind, columns[kind])) {
      const series = byId.get(id)
      if (!series) continue
      const { authority, device, part } = series
      series.latest = { authority, kind, device, part, ...measured }
      series.horizon = measured.time
    }
  }
  return index
}

async function deleteRows(connection: DuckDBConnection, authority: string): Promise<void> {
  await runTransaction(connection, async () => {
    for (const kind of KINDS) await deleteKind(connection, authority, kind)
    await deleteRoundRows(connection, authority)
    await deletePredictionRows(connection, authority)
    await deleteObservationRows(connection, authority)
    await connection.run('DELETE FROM series WHERE authority = $1', [authority])
  })
}

async function deleteKind(connection: DuckDBConnection, authority: string, kind: Kind): Promise<void> {
  await connection.run(
    `DELETE FROM ${tableOf(kind)} WHERE series IN (SELECT id FROM series WHERE authority = $1 AND kind = '${kind}')`,
    [authority],
  )
}
