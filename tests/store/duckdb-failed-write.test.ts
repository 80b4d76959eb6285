import { mkdtempSync, readdirSync, readlinkSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterEach, expect, test, vi } from 'vitest'
import { silentLogger } from '../../model/logger.ts'
import type { Reading } from '../../model/reading.ts'
import { openDuckdbReadingStore } from '../../store/duckdb-reading-store.ts'
import type { ReadingStore } from '../../store/reading-store.ts'

const START = 1_771_200_000_000
const BATCH = 5_000
const DEVICES = 50
/** What is left of the memory for a batch of 5 MiB. */
const SPARE_MEBIBYTES = [2, 4, 5, 6, 7, 8, 9, 10, 11, 12]
const MEMORY_LIMIT = '256MiB'

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

// What DuckDB still holds of a write that failed is written or dropped when JavaScript's objects for it are collected.
setFlagsFromString('--expose-gc')
const collect: () => void = runInNewContext('gc')
async function collectAll(): Promise<void> {
  for (let round = 0; round < 5; round++) {
    collect()
    await setImmediate()
  }
}

function createPath(): string {
  const folder = mkdtempSync(join(tmpdir(), 'kerbside-failed-write-'))
  cleanups.push(() => rmSync(folder, { recursive: true, force: true }))
  return join(folder, 'readings.duckdb')
}

async function open(path: string): Promise<ReadingStore> {
  const store = await openDuckdbReadingStore({ path, logger: silentLogger, memoryLimit: MEMORY_LIMIT })
  cleanups.push(() => store.close())
  return store
}

test.each(['a file', ':memory:'])(
  'a write that fails in %s leaves nothing behind, and what follows it is there once',
  async (where) => {
    const path = where === 'a file' ? createPath() : where
    const create = vi.spyOn(DuckDBInstance, 'create')
    cleanups.push(() => create.mockRestore())
    const store = await open(path)
    // It runs out of memory while it takes the rows, while it puts them into the table, or when it commits them.
    let failures = 0
    for (const [batch, mebibytes] of SPARE_MEBIBYTES.entries()) {
      const give = await takeMemory(await create.mock.results.at(-1)?.value, mebibytes)
      const failure = await store.write(createBatch(batch)).then(
        () => undefined,
        (error: unknown) => error,
      )
      await give()
      await collectAll()
      if (failure !== undefined) {
        failures++
        expect(failure).toMatchObject({ code: 'STORE_UNAVAILABLE' })
        await expectBatches(store, batch)
      }
      await store.write(createBatch(batch))
      await collectAll()
      await expectBatches(store, batch + 1)
    }
    expect(failures).toBeGreaterThan(3)
    if (path === ':memory:') return
    if (process.platform === 'linux') expect(countOpen(path)).toBe(1)
    await store.close()
    if (process.platform === 'linux') expect(countOpen(path)).toBe(0)
    await expectBatches(await open(path), SPARE_MEBIBYTES.length)
  },
  60_000,
)

/** Leaves an instance so much more memory than it uses, and no disk instead; resolves with what undoes it. */
async function takeMemory(instance: DuckDBInstance, mebibytes: number): Promise<() => Promise<void>> {
  const connection = await instance.connect()
  await connection.run("SET temp_directory = ''")
  const used = await connection.runAndReadAll('SELECT sum(memory_usage_bytes)::DOUBLE FROM duckdb_memory()')
  await connection.run(`SET memory_limit = '${Number(used.getRows()[0]?.[0]) + mebibytes * 1024 * 1024}B'`)
  return async () => {
    await connection.run(`SET memory_limit = '${MEMORY_LIMIT}'`).catch(() => undefined)
    connection.closeSync()
  }
}

async function expectBatches(store: ReadingStore, batches: number): Promise<void> {
  for (let batch = 0; batch < batches; batch++) {
    const bounds = { from: START + batch * BATCH, to: START + (batch + 1) * BATCH }
    expect(await store.countReadings({ authority: 'leeds', kind: 'display', ...bounds })).toBe(BATCH)
  }
  const all = { authority: 'leeds', kind: 'display', from: 0, to: 2 * START } as const
  expect(await store.countReadings(all)).toBe(batches * BATCH)
  const newest = (await store.listLatest('leeds', 'display')).map(({ time }) => time)
  expect(Math.max(START, ...newest)).toBe(START + Math.max(0, batches * BATCH - 1))
}

function createBatch(batch: number): Reading[] {
  return Array.from({ length: BATCH }, (_, index) => ({
    authority: 'leeds',
    kind: 'display',
    device: `sign-${index % DEVICES}`,
    part: '',
    time: START + batch * BATCH + index,
    receivedTime: START,
    fields: { lines: `${batch} ${index} `.repeat(100) },
  }))
}

/** How often this process has the file open: an instance that was given up must not keep it. */
function countOpen(path: string): number {
  return readdirSync('/proc/self/fd').filter((descriptor) => {
    try {
      return readlinkSync(`/proc/self/fd/${descriptor}`) === path
    } catch {
      return false
    }
  }).length
}
