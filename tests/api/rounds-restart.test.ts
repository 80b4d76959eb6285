import { expect, onTestFinished, test } from 'vitest'
import type { Round } from '../../model/round.ts'
import { createRoundPlanner } from '../../rounds/round-planner.ts'
import { createTestApp, type TestApp } from '../fixtures/create-test-app.ts'
import { eventually } from '../fixtures/eventually.ts'
import { createTestClock } from '../fixtures/test-clock.ts'
import { createTown, planRound, ROUNDS, readEvents } from './round-town.ts'

const LONG = { date: '2026-02-17', seconds: 600 }
const SHORT = { date: '2026-02-17', seconds: 0.3 }

/** Another process on the same registry and store, which takes it to be so much later. */
async function createNeighbour(own: TestApp, secondsLater = 0): Promise<TestApp> {
  const { registry, directory, store } = own
  const clock = createTestClock(new Date(own.clock.now() + secondsLater * 1000).toISOString())
  // It is closed before what it shares.
  return createTestApp({ registry, directory, store, clock })
}

async function post(own: TestApp, body: object): Promise<string> {
  const { status, body: round } = await own.call('POST', ROUNDS, { body })
  expect(status).toBe(202)
  return round.id
}

const statusOf = async (own: TestApp, id: string): Promise<string> =>
  (await own.registry.getRound('alpha', id)).status

test('the end of a process puts its rounds back, and the next one plans them', async () => {
  const own = await createTown()
  const ids = [await post(own, SHORT), await post(own, SHORT)]
  const stream = own.call('GET', `${ROUNDS}/${ids[1]}/events`)
  await own.call('GET', `${ROUNDS}/${ids[1]}`)
  await own.app.close()
  // Without an end: whoever followed it takes it up again.
  expect(readEvents((await stream).text).map(({ event }) => event)).not.toContain('done')
  const statuses = await Promise.all(ids.map((id) => statusOf(own, id)))
  expect(statuses).not.toContain('solving')
  await createNeighbour(own)
  for (const id of ids) await eventually(() => statusOf(own, id)).toBe('done')
})

test('what a process that was killed left is taken over once its lease has ended', async () => {
  const own = await createTown()
  const { round } = await planRound(own, {})
  const left: Round = { ...round, id: 'left', status: 'queued', lorries: [], left: [] }
  await own.app.close()
  await own.registry.createRound('alpha', left)
  const now = own.clock.now()
  const killed = { owner: 'killed', stage: 'solve', now, until: now + 20_000 } as const
  const claimed = await own.registry.claimRound(killed)
  expect(claimed).toMatchObject({ round: { id: 'left', status: 'solving' } })
  const neighbour = await createNeighbour(own)
  const key = await own.createKey('alpha', 'read')
  expect((await neighbour.call('GET', `${ROUNDS}/left`, { key })).body.status).toBe('solving')
  expect(await own.registry.claimRound({ ...killed, owner: 'early', now: now + 19_999 })).toBeUndefined()
  const later = await createNeighbour(own, 20)
  const { text } = await later.call('GET', `${ROUNDS}/left/events`, { key })
  expect(readEvents(text).at(-1)).toMatchObject({ event: 'done', data: { status: 'done' } })
  expect(await own.registry.getRound('alpha', 'left')).toMatchObject({ status: 'done', error: null })
})

test('a round over which three processes ended has failed, and says so', async () => {
  const own = await createTown()
  const { round } = await planRound(own, {})
  await own.app.close()
  await own.registry.createRound('alpha', { ...round, id: 'poison', status: 'queued' })
  for (let attempt = 0; attempt < 3; attempt++) {
    await own.registry.claimRound({ owner: 'killed', stage: 'solve', now: attempt, until: attempt + 1 })
  }
  await createNeighbour(own)
  await eventually(() => own.registry.getRound('alpha', 'poison')).toMatchObject({
    status: 'failed',
    error: 'planning it was begun 3 times, and each time the process ended over it',
  })
})

test('of two processes one plans each round, and both tell how it goes on and end it', async () => {
  const own = await createTown()
  const first = await post(own, LONG)
  await eventually(() => statusOf(own, first)).toBe('solving')
  const neighbour = await createNeighbour(own)
  const key = await own.createKey('alpha', 'operate')
  const second = await post(own, LONG)
  await eventually(() => statusOf(own, second)).toBe('solving')
  const streams = [first, second].map((id) => neighbour.call('GET', `${ROUNDS}/${id}/events`, { key }))
  const attempts = await own.registry.listRoundJobs()
  expect(attempts.map(({ isSolving }) => isSolving)).toEqual([true, true])
  const ended = await Promise.all(
    [first, second].map((id) => neighbour.call('POST', `${ROUNDS}/${id}/cancel`, { key })),
  )
  for (const { status, body } of ended) {
    expect([status, body.status]).toEqual([200, 'cancelled'])
    expect(body.lorries[0].stops.length).toBeGreaterThan(25)
  }
  for (const stream of streams) {
    const events = readEvents((await stream).text)
    expect(events.map(({ event }) => event)).toContain('solving')
    expect(events.at(-1)).toMatchObject({ event: 'done', data: { status: 'cancelled' } })
  }
}, 60_000)

test('a process whose round another one has taken over stops, and leaves it to that one', async () => {
  const own = await createTown()
  const id = await post(own, { ...LONG, seconds: 8 })
  await eventually(() => statusOf(own, id)).toBe('solving')
  const stream = own.call('GET', `${ROUNDS}/${id}/events`)
  // By its clock the lease has ended.
  const neighbour = await createNeighbour(own, 60)
  const key = await own.createKey('alpha', 'operate')
  await eventually(async () => {
    const { body } = await neighbour.call('GET', `${ROUNDS}/${id}`, { key })
    return body.status
  }).toBe('done')
  expect(readEvents((await stream).text).at(-1)).toMatchObject({ event: 'done', data: { status: 'done' } })
}, 60_000)

test('a round whose authority another process has deleted is planned no further', async () => {
  const logger = (await createTestApp()).app.log
  const roundPlanner = createRoundPlanner({ logger, concurrency: 1 })
  onTestFinished(() => roundPlanner.close())
  const own = await createTown({ roundPlanner })
  const first = await post(own, LONG)
  const second = await post(own, LONG)
  await eventually(() => statusOf(own, first)).toBe('solving')
  const streams = [first, second].map((id) => own.call('GET', `${ROUNDS}/${id}/events`))
  await own.call('GET', `${ROUNDS}/${second}`)
  await own.registry.deleteAuthority('alpha', 'installation')
  await own.createAuthority({ id: 'alpha' })
  for (const stream of streams) {
    expect(readEvents((await stream).text).at(-1)).toMatchObject({ data: { status: 'cancelled' } })
  }
  expect((await own.call('GET', ROUNDS)).body.items).toEqual([])
}, 60_000)
