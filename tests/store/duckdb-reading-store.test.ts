import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, describe, expect, test } from 'vitest'
import { silentLogger } from '../../model/logger.ts'
import { createRandom } from '../../model/random.ts'
import type { Reading } from '../../model/reading.ts'
import { openDuckdbReadingStore } from '../../store/duckdb-reading-store.ts'
import type { ReadingStore } from '../../store/reading-store.ts'
import { describeReadingStore } from './reading-store-contract.ts'

describeReadingStore('a DuckDB reading store in memory', () =>
  openDuckdbReadingStore({ path: ':memory:', logger: silentLogger }),
)

const START = 1_771_200_000_000
const ALL = { from: 0, to: 2 * START, limit: 100_000 } as const

describe('a DuckDB reading store in a file', () => {
  const cleanups: (() => unknown)[] = []
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
  })

  function createPath(): string {
    const folder = mkdtempSync(join(tmpdir(), 'kerbside-duckdb-'))
    cleanups.push(() => rmSync(folder, { recursive: true, force: true }))
    return join(folder, 'readings.duckdb')
  }

  async function open(path: string): Promise<ReadingStore> {
    const store = await openDuckdbReadingStore({ path, logger: silentLogger })
    cleanups.push(() => store.close())
    return store
  }

  const bin = (time: number, fields: Reading['fields'], device = 'bin-1', authority = 'leeds'): Reading => ({
    authority,
    kind: 'bin',
    device,
    part: '',
    time,
    receivedTime: time,
    fields,
  })
  const listBins = (store: ReadingStore) =>
    store.listReadings({ authority: 'leeds', kind: 'bin', device: 'bin-1', ...ALL })

  test('it knows after a restart what it knew before', async () => {
    const path = createPath()
    const first = await open(path)
    const readings = [bin(START, { fillPercent: 1 }), bin(START + 5, { fillPercent: 2, fireAlarm: true })]
    await first.write([...readings, bin(START, { batteryVolts: 3 }, 'bin-2', 'york')])
    await first.close()

    const second = await open(path)
    expect(await listBins(second)).toEqual(readings)
    expect(await second.listLatest('leeds', 'bin')).toEqual(readings.slice(1))
    const replacement = bin(START + 5, { temperatureC: 4 })
    const between = bin(START + 3, {})
    const newer = bin(START + 6, { sequence: 1 })
    await second.write([newer, replacement, between, bin(START, {}, 'bin-3')])
    expect(await listBins(second)).toEqual([readings[0], between, replacement, newer])
    expect((await second.listLatest('leeds', 'bin')).map(({ device }) => device)).toEqual(['bin-1', 'bin-3'])
    expect(await second.listLatest('york', 'bin')).toEqual([bin(START, { batteryVolts: 3 }, 'bin-2', 'york')])
  })

  test('a deleted authority stays deleted after a restart, and may begin again', async () => {
    const path = createPath()
    const first = await open(path)
    await first.write([bin(START, { fillPercent: 1 })])
    await first.deleteAuthority('leeds')
    await first.close()
    const second = await open(path)
    expect(await second.listLatest('leeds', 'bin')).toEqual([])
    await second.write([bin(START, { fillPercent: 2 })])
    expect(await listBins(second)).toEqual([bin(START, { fillPercent: 2 })])
  })

  test('a file that is none of DuckDB is refused with its name', async () => {
    const path = createPath()
    writeFileSync(path, 'time,device,fillPercent\n'.repeat(1_000))
    await expect(open(path)).rejects.toMatchObject({
      code: 'INVALID_FILE',
      message: expect.stringContaining(path),
    })
  })

  test('a folder that is not there is named', async () => {
    const path = join(createPath(), 'not', 'there')
    await expect(open(path)).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      message: expect.stringContaining(path),
    })
  })

  test('a second process is refused, and told which one has the file', async () => {
    const path = createPath()
    await open(path)
    const { code, output } = await runScript(
      `await openDuckdbReadingStore({ path: ${JSON.stringify(path)}, logger: silentLogger })`,
    ).exit
    expect(code).not.toBe(0)
    expect(output).toContain('STORE_UNAVAILABLE')
    expect(output).toContain(`(${process.pid})`)
  })

  test('what was written is there after kills at any moment, once each', async () => {
    const path = createPath()
    const seed = Math.floor(Math.random() * 2 ** 32)
    const random = createRandom(seed)
    const message = `seed ${seed}`
    let written = -1
    for (let kill = 0; kill < 5; kill++) {
      // Each life writes the last batch of the one before it again, as an ingest does that has not been told.
      const script = runScript(`
        const store = await openDuckdbReadingStore({ path: ${JSON.stringify(path)}, logger: silentLogger })
        for (let batch = Math.max(0, ${written}); ; batch++) {
          await store.write(Array.from({ length: 500 }, (_, index) => ({ authority: 'leeds', kind: 'bin', device: 'bin-' + index % 7,
            part: '', time: ${START} + batch * 1000 + index, receivedTime: 0, fields: { sequence: batch } })))
          console.log(batch)
        }`)
      let batchesLeft = 5 + Math.floor(random() * 40)
      for await (const line of script.lines) {
        if (!/^\d+$/.test(line)) throw new Error(`${message}: ${line}`)
        written = Number(line)
        // What it still said before its end is read, too: under load it is some batches ahead.
        if (--batchesLeft === 0) script.kill()
      }
      await script.exit
    }
    const store = await open(path)
    const count = await store.countReadings({ authority: 'leeds', kind: 'bin', ...ALL })
    // One batch more may have been committed, and its line not have been written.
    expect([(written + 1) * 500, (written + 2) * 500], message).toContain(count)
    for (const batch of [0, written]) {
      const from = START + batch * 1_000
      expect(
        await store.countReadings({ authority: 'leeds', kind: 'bin', from, to: from + 1_000 }),
        message,
      ).toBe(500)
    }
  }, 60_000)
})

/** Runs statements in a process of their own. */
function runScript(statements: string) {
  const root = new URL('../../', import.meta.url)
  const child = spawn(
    process.execPath,
    [
      '--input-type=module-typescript',
      '-e',
      `import { openDuckdbReadingStore } from '${new URL('store/duckdb-reading-store.ts', root)}'
       import { silentLogger } from '${new URL('model/logger.ts', root)}'
       ${statements}`,
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  )
  let output = ''
  child.stderr.on('data', (data) => {
    output += data
  })
  return {
    lines: createInterface({ input: child.stdout }),
    kill: () => child.kill('SIGKILL'),
    exit: once(child, 'close').then(([code]: unknown[]) => ({ code, output })),
  }
}
