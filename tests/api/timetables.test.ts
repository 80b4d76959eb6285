import { expect, onTestFinished, test } from 'vitest'
import { createTimetables, listChunks, type Timetables } from '../../api/timetables.ts'
import { silentLogger } from '../../model/logger.ts'
import type { Registry } from '../../registry/registry.ts'
import { openSqliteRegistry } from '../../registry/sqlite-registry.ts'
import { buildGtfs } from '../fixtures/build-gtfs.ts'
import { createTestClock } from '../fixtures/test-clock.ts'

const clock = createTestClock('2026-02-16T12:00:00Z')

/** A registry with the authority alpha, and the timetables of so many processes on it. */
async function open(processes: number): Promise<{ registry: Registry; all: Timetables[]; errors: object[] }> {
  const registry = await openSqliteRegistry({ path: ':memory:', clock, logger: silentLogger })
  await registry.createAuthority({ id: 'alpha', timeZone: 'UTC', published: [] }, 'test')
  const errors: object[] = []
  const logger = { ...silentLogger, error: (fields: object) => errors.push(fields) }
  const all = Array.from({ length: processes }, () => createTimetables({ registry, clock, logger }))
  onTestFinished(async () => {
    await Promise.all(all.map((timetables) => timetables.close()))
    await registry.close()
  })
  return { registry, all, errors }
}

async function* zipOf(version: string): AsyncGenerator<Uint8Array> {
  yield buildGtfs({ 'feed_info.txt': (text) => text.replace('town-1', version) })
}

const versionOf = async (timetables: Timetables | undefined) => (await timetables?.find('alpha'))?.version

test('what one process imports is in use in the others when they look', async () => {
  const {
    all: [one, other],
  } = await open(2)
  expect(await versionOf(other)).toBeUndefined()
  const told: string[] = []
  other?.onChange((authority) => told.push(authority))
  await one?.importZip('alpha', zipOf('v1'), 'test')
  expect(await versionOf(one)).toBe('v1')
  await other?.refresh()
  expect(told).toEqual(['alpha'])
  expect(await versionOf(other)).toBe('v1')
  await one?.importZip('alpha', zipOf('v2'), 'test')
  // The one before serves until the new one is read.
  expect(await versionOf(other)).toBe('v1')
  await other?.refresh()
  expect(await versionOf(other)).toBe('v2')
  expect(told.length).toBeGreaterThanOrEqual(2)
})

test('an authority that is gone has no timetable, and another of its name neither', async () => {
  const {
    registry,
    all: [timetables],
  } = await open(1)
  await timetables?.importZip('alpha', zipOf('v1'), 'test')
  expect(await versionOf(timetables)).toBe('v1')
  await registry.deleteAuthority('alpha', 'test')
  await registry.createAuthority({ id: 'alpha', timeZone: 'UTC', published: [] }, 'test')
  const told: string[] = []
  timetables?.onChange((authority) => told.push(authority))
  await timetables?.refresh()
  expect(told).toEqual(['alpha'])
  expect(await versionOf(timetables)).toBeUndefined()
})

test('many that ask at once share one reading, and get the same timetable', async () => {
  const {
    all: [one, other],
  } = await open(2)
  await one?.importZip('alpha', zipOf('v1'), 'test')
  const found = await Promise.all(Array.from({ length: 20 }, () => other?.find('alpha')))
  expect(found[0]?.version).toBe('v1')
  expect(new Set(found).size).toBe(1)
})

test('imports that come at once are taken one after another, and too many are told to come back', async () => {
  const {
    registry,
    all: [timetables],
  } = await open(1)
  const results = await Promise.allSettled(
    ['v1', 'v2', 'v3', 'v4', 'v5', 'v6'].map((version) =>
      timetables?.importZip('alpha', zipOf(version), 'test'),
    ),
  )
  const refused = results.flatMap((result) => (result.status === 'rejected' ? [result.reason.code] : []))
  expect(refused).toEqual(['BUSY', 'BUSY'])
  const [current, ...others] = await registry.listTimetables('alpha')
  expect(others).toHaveLength(3)
  expect(await versionOf(timetables)).toBe(current?.version)
})

test('a kept zip that cannot be read is told of once in a while, and the others are still found', async () => {
  const {
    registry,
    all: [timetables],
    errors,
  } = await open(1)
  const broken = async function* (): AsyncGenerator<Uint8Array> {
    yield new TextEncoder().encode('this was never checked')
  }
  const about = { version: 'broken', hash: 'x', warnings: 0 }
  await registry.putTimetable('alpha', about, broken(), 'test')
  expect(await versionOf(timetables)).toBeUndefined()
  expect(await versionOf(timetables)).toBeUndefined()
  expect(errors).toEqual([
    expect.objectContaining({ authority: 'alpha', error: expect.stringContaining('no zip') }),
  ])
  await timetables?.importZip('alpha', zipOf('v1'), 'test')
  expect(await versionOf(timetables)).toBe('v1')
})

test('the chunks of a zip are its bytes', async () => {
  const {
    registry,
    all: [timetables],
  } = await open(1)
  const result = await timetables?.importZip('alpha', zipOf('v1'), 'test')
  const pieces = await Array.fromAsync(listChunks(registry, 'alpha', result?.imported?.version.id ?? ''))
  const [zip] = await Array.fromAsync(zipOf('v1'))
  expect(Buffer.concat(pieces).equals(Buffer.from(zip ?? []))).toBe(true)
})
