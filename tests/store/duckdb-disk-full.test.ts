import { spawnSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { silentLogger } from '../../model/logger.ts'
import type { Reading } from '../../model/reading.ts'
import { openDuckdbReadingStore } from '../../store/duckdb-reading-store.ts'

const folder = mkdtempSync(join(tmpdir(), 'kerbside-small-disk-'))
const isMounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=12m', 'tmpfs', folder]).status === 0
if (!isMounted) process.stderr.write('skipped: a small disk can only be mounted by root\n')

afterAll(() => {
  if (isMounted) spawnSync('umount', [folder])
  rmSync(folder, { recursive: true, force: true })
})

const BATCH = 2_000
const ALL = { authority: 'leeds', kind: 'bin', from: 0, to: 2e12 } as const

test.skipIf(!isMounted)(
  'a full disk loses and doubles nothing, and ends when there is room',
  async () => {
    const path = join(folder, 'readings.duckdb')
    const ballast = join(folder, 'ballast')
    writeFileSync(ballast, Buffer.alloc(8 * 1024 * 1024))
    const store = await openDuckdbReadingStore({ path, logger: silentLogger })
    let written = 0
    const writeNext = async () => {
      await store.write(createBatch(written))
      written++
    }
    const unavailable = { code: 'STORE_UNAVAILABLE', message: expect.stringMatching(/No space left|full/i) }
    await expect(
      (async () => {
        while (written < 200) await writeNext()
      })(),
    ).rejects.toMatchObject(unavailable)
    expect(written).toBeGreaterThan(0)
    await expect(store.write(createBatch(written))).rejects.toMatchObject(unavailable)
    expect(await store.countReadings(ALL)).toBe(written * BATCH)
    expect(await store.listLatest('leeds', 'bin')).toHaveLength(50)

    fillDisk(join(folder, 'last'))
    for (let attempt = 0; attempt < 3; attempt++) {
      await expect(store.write(createBatch(written))).rejects.toMatchObject(unavailable)
      expect(await store.countReadings(ALL)).toBe(written * BATCH)
    }

    rmSync(join(folder, 'last'))
    rmSync(ballast)
    for (let more = 0; more < 3; more++) await writeNext()
    expect(await store.countReadings(ALL)).toBe(written * BATCH)
    await store.close()
    const reopened = await openDuckdbReadingStore({ path, logger: silentLogger })
    expect(await reopened.countReadings(ALL)).toBe(written * BATCH)
    await reopened.close()
  },
  60_000,
)

/** To the last byte, so that a file can be read and nothing more. */
function fillDisk(path: string): void {
  const descriptor = openSync(path, 'w')
  try {
    for (;;) writeSync(descriptor, Buffer.alloc(512))
  } catch (error) {
    expect(error).toMatchObject({ code: 'ENOSPC' })
  } finally {
    closeSync(descriptor)
  }
}

function createBatch(batch: number): Reading[] {
  return Array.from({ length: BATCH }, (_, index) => ({
    authority: 'leeds',
    kind: 'bin',
    device: `bin-${index % 50}`,
    part: '',
    time: 1_771_200_000_000 + batch * BATCH + index,
    receivedTime: 0,
    // Digits that do not compress.
    fields: {
      sequence: batch,
      fillPercent: Math.sin(batch * BATCH + index),
      temperatureC: Math.cos(index * batch),
    },
  }))
}
