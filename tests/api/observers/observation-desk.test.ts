import { expect, onTestFinished, test } from 'vitest'
import { createHeldLease } from '../../../api/hold-lease.ts'
import { createNumberedLease } from '../../../api/observers/numbered-lease.ts'
import { createObservationDesk } from '../../../api/observers/observation-desk.ts'
import type { Observer } from '../../../api/observers/observer.ts'
import { silentLogger } from '../../../model/logger.ts'
import { openSqliteRegistry } from '../../../registry/sqlite-registry.ts'
import { createTestClock } from '../../fixtures/test-clock.ts'

const MINUTE_MS = 60_000

async function open() {
  const clock = createTestClock('2026-02-16T12:00:10Z')
  const registry = await openSqliteRegistry({ path: ':memory:', clock, logger: silentLogger })
  onTestFinished(() => registry.close())
  for (const id of ['alpha', 'beta']) {
    await registry.createAuthority({ id, name: id, timeZone: 'UTC', published: [] }, 'installation')
  }
  const written: string[] = []
  const store = {
    async writeObservations(authority: string, observations: readonly { time: number }[]) {
      written.push(...observations.map(({ time }) => `${authority} ${new Date(time).toISOString()}`))
    },
  }
  const createDesk = (observers: readonly Observer[]) => {
    const lease = createHeldLease('observations', { registry, clock })
    return createObservationDesk({ lease, observers, registry, store, clock, logger: silentLogger })
  }
  return { clock, registry, written, createDesk }
}

function observe(everyMs: number, changes: Partial<Observer> = {}): Observer {
  return {
    subject: 'balance',
    everyMs,
    observe: async (_, time) => [{ measurement: 'balance', time, tags: {}, fields: { accepted: 1 } }],
    ...changes,
  }
}

test('each authority is looked at once in each interval, at its beginning', async () => {
  const { clock, written, createDesk } = await open()
  const desk = createDesk([observe(5 * MINUTE_MS)])
  onTestFinished(() => desk.close())
  await desk.look()
  await desk.look()
  expect(written).toEqual(['alpha 2026-02-16T12:00:00.000Z', 'beta 2026-02-16T12:00:00.000Z'])
  clock.advance(4 * 60)
  await desk.look()
  expect(written).toHaveLength(2)
  clock.advance(60)
  await desk.look()
  expect(written.slice(2)).toEqual(['alpha 2026-02-16T12:05:00.000Z', 'beta 2026-02-16T12:05:00.000Z'])
})

test('where there is nothing yet it is looked again a minute later', async () => {
  const { clock, written, createDesk } = await open()
  let looks = 0
  const desk = createDesk([
    observe(60 * MINUTE_MS, {
      async observe(authority, time) {
        looks += 1
        if (looks <= 2) return []
        return observe(0).observe(authority, time)
      },
    }),
  ])
  onTestFinished(() => desk.close())
  await desk.look()
  expect(written).toEqual([])
  clock.advance(60)
  await desk.look()
  clock.advance(60)
  await desk.look()
  expect(written).toEqual(['alpha 2026-02-16T12:00:00.000Z', 'beta 2026-02-16T12:00:00.000Z'])
  expect(looks).toBe(4)
})

test('what is not complete is asked for the rest a minute later, and then no more', async () => {
  const { clock, registry, written, createDesk } = await open()
  await registry.deleteAuthority('beta', 'installation')
  let looks = 0
  const desk = createDesk([
    observe(60 * MINUTE_MS, {
      observe(...asked) {
        looks += 1
        return observe(0).observe(...asked)
      },
      isComplete: () => looks === 2,
    }),
  ])
  onTestFinished(() => desk.close())
  for (let minute = 0; minute < 4; minute += 1) {
    await desk.look()
    clock.advance(60)
  }
  expect(written).toHaveLength(2)
})

test('an authority that cannot be observed holds no other up, nor does an observer that is slow', async () => {
  const { written, createDesk } = await open()
  const slow = Promise.withResolvers<void>()
  const desk = createDesk([
    observe(MINUTE_MS, {
      async observe(authority, time) {
        if (authority.id === 'alpha') throw new Error('the store is away')
        return observe(0).observe(authority, time)
      },
    }),
    observe(MINUTE_MS, {
      async observe() {
        await slow.promise
        return []
      },
    }),
  ])
  onTestFinished(() => desk.close())
  const looked = desk.look()
  await expect.poll(() => written, { timeout: 20_000 }).toEqual(['beta 2026-02-16T12:00:00.000Z'])
  slow.resolve()
  await looked
})

test('of two processes one observes, the other what is its own; it takes over when the first ends', async () => {
  const { clock, written, createDesk } = await open()
  const first = createDesk([observe(MINUTE_MS)])
  const second = createDesk([observe(MINUTE_MS)])
  const own = createDesk([observe(MINUTE_MS, { isMine: () => true })])
  onTestFinished(async () => {
    for (const desk of [second, own]) await desk.close()
  })
  await first.look()
  await second.look()
  expect(written).toHaveLength(2)
  await own.look()
  expect(written).toHaveLength(4)
  await first.close()
  clock.advance(60)
  await expect
    .poll(
      async () => {
        await second.look()
        return written.length
      },
      { timeout: 20_000, interval: 200 },
    )
    .toBe(6)
})

test('processes of a command are numbered, and the number of one that has ended is given again', async () => {
  const { clock, registry } = await open()
  const [one, two, three] = Array.from({ length: 3 }, () =>
    createNumberedLease('process/api', { registry, clock }),
  )
  expect(await one?.hold()).toBe(true)
  expect(await two?.hold()).toBe(true)
  expect([one?.number(), two?.number()]).toEqual([1, 2])
  await one?.release()
  expect(await three?.hold()).toBe(true)
  expect(three?.number()).toBe(1)
})
