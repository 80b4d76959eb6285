import { expect, test } from 'vitest'
import { createFillForecasts } from '../../api/fill-forecasts.ts'
import { createMetrics } from '../../api/metrics.ts'
import type { ApiParts } from '../../api/parts.ts'
import { createRoundMending } from '../../api/round-mending.ts'
import { createRoundWatch } from '../../api/round-watch.ts'
import { createTrafficHistories } from '../../api/traffic-histories.ts'
import { silentLogger } from '../../model/logger.ts'
import type { Round, RoundStop } from '../../model/round.ts'
import { createFillForecaster } from '../../rounds/fill-forecaster.ts'
import { createRoundPlanner } from '../../rounds/round-planner.ts'
import { createTestApp, type TestApp } from '../fixtures/create-test-app.ts'
import { createTown, planRound, ROUNDS, readEvents } from './round-town.ts'

const MORNING = Date.parse('2026-02-17T05:00:00Z')

/** A round of today, of which the clock shows the morning. */
async function startDay(own: TestApp, body: object = {}): Promise<Round> {
  const { round } = await planRound(own, body)
  expect(round.status).toBe('done')
  ;(own.clock as { set(time: number): void }).set(MORNING)
  return round
}

const liftsOf = ({ lorries }: Round): RoundStop[] =>
  lorries.flatMap(({ stops }) => stops.filter(({ type }) => type === 'lift'))
const idOf = (stop: RoundStop | undefined): string => stop?.deviceId ?? ''
const mark = (own: TestApp, round: Round, body: unknown, options: { key?: string | null } = {}) =>
  own.call('POST', `${ROUNDS}/${round.id}/marks`, { body, ...options })

test('a lift that is done on schedule shows so, and the plan stays as it is', async () => {
  const own = await createTown()
  const round = await startDay(own)
  const [first] = liftsOf(round)
  own.clock.set(Date.parse(first?.departureTime ?? ''))
  const done = { type: 'done', deviceId: idOf(first) }
  const { status, body } = await mark(own, round, done)
  expect([status, body.changes]).toEqual([200, []])
  expect(body.round).toMatchObject({ revision: 1, marks: [{ ...done, time: first?.departureTime }] })
  const [marked, ...others] = liftsOf(body.round)
  expect(marked).toMatchObject({ deviceId: idOf(first), status: 'done' })
  expect(others.map(idOf)).toEqual(liftsOf(round).slice(1).map(idOf))
  // The same again is the same.
  expect((await mark(own, round, [done, done])).body.round).toEqual(body.round)
})

test('what is impossible is left with its reason, and the formats show what is done', async () => {
  const own = await createTown()
  const round = await startDay(own)
  const [first, second, third] = liftsOf(round)
  own.clock.set(Date.parse(second?.departureTime ?? ''))
  const { status, body } = await mark(own, round, [
    { type: 'done', deviceId: idOf(first), time: first?.departureTime },
    { type: 'impossible', deviceId: idOf(second), reason: 'a car stands before it' },
  ])
  expect(status).toBe(200)
  expect(body.round.isMending).toBe(false)
  expect(liftsOf(body.round).slice(0, 3)).toMatchObject([
    { deviceId: idOf(first), status: 'done', departureTime: first?.departureTime },
    { deviceId: idOf(second), status: 'impossible' },
    { status: 'planned' },
  ])
  expect(liftsOf(body.round).map(idOf)).toContain(idOf(third))
  expect(body.round.left).toContainEqual(
    expect.objectContaining({
      deviceId: idOf(second),
      reason: 'marked as impossible: a car stands before it',
    }),
  )
  expect(body.changes).toContainEqual(
    expect.objectContaining({
      type: 'left',
      deviceId: idOf(second),
      message: expect.stringContaining('car'),
    }),
  )
  const csv = await own.call('GET', `${ROUNDS}/${round.id}.csv`)
  expect(csv.text).toMatch(/^lorry-1,.*,done$/m)
  expect(csv.text).toMatch(/^lorry-1,.*,impossible$/m)
  const { body: geojson } = await own.call('GET', `${ROUNDS}/${round.id}.geojson`)
  const statuses = geojson.features.map(
    (feature: { properties: { status?: string } }) => feature.properties.status,
  )
  expect(statuses).toContain('impossible')
  const sheet = await own.call('GET', `${ROUNDS}/${round.id}.html`)
  expect(sheet.text).toContain('impossible')
  // Taken back, it is planned again.
  const again = await mark(own, round, { type: 'reopened', deviceId: idOf(second) })
  const lifts = liftsOf(again.body.round).filter(({ deviceId }) => deviceId === idOf(second))
  expect(lifts).toMatchObject([{ status: 'planned' }])
})

test('what cannot be marked is refused by name, and so is who may not', async () => {
  const own = await createTown()
  const round = await startDay(own)
  const done = { type: 'done', deviceId: idOf(liftsOf(round)[0]) }
  expect((await mark(own, round, done, { key: null })).status).toBe(401)
  expect((await mark(own, round, done, { key: await own.createKey('alpha', 'read') })).status).toBe(403)
  await own.createAuthority({ id: 'beta' })
  expect((await mark(own, round, done, { key: await own.createKey('beta', 'admin') })).status).toBe(404)
  expect((await mark(own, { ...round, id: 'none' }, done)).status).toBe(404)
  const faults = [
    [{ type: 'done', deviceId: 'nowhere' }, '0.deviceId', 'there is no bin nowhere'],
    [{ type: 'breakdown', lorryId: 'lorry-9' }, '0.lorryId', 'there is no lorry lorry-9'],
    [
      { type: 'done', tipId: 'tip-9', lorryId: 'lorry-1', time: '2026-02-17T05:00:00Z' },
      '0.tipId',
      'there is no tip tip-9',
    ],
    [{ type: 'done', deviceId: 'bin-3' }, '0.lorryId', "is needed, as bin bin-3 is in no lorry's plan"],
    [{ ...done, time: '2026-02-17T09:00:00Z' }, '0.time', 'is in the future'],
  ] as const
  for (const [body, path, message] of faults) {
    const answer = await mark(own, round, body)
    expect(answer.status).toBe(400)
    expect(answer.body.errors).toEqual([{ path, message }])
  }
  for (const body of [
    { type: 'done' },
    { type: 'blocked' },
    { type: 'breakdown', wayId: 1 },
    [],
    { type: 'x' },
  ]) {
    expect((await mark(own, round, body)).status).toBe(400)
  }
  expect((await own.registry.getRound('alpha', round.id)).revision).toBe(0)
  const { body: queued } = await own.call('POST', ROUNDS, { body: { date: '2026-02-17', seconds: 600 } })
  expect((await mark(own, queued, done)).status).toBe(409)
  await own.call('POST', `${ROUNDS}/${queued.id}/cancel`)
})

test('two crews that mark at once lose nothing of what the other marked', async () => {
  const own = await createTown()
  const round = await startDay(own)
  const { registry, directory, store, clock } = own
  const neighbour = await createTestApp({ registry, directory, store, clock })
  const key = await own.createKey('alpha', 'operate')
  const lifts = liftsOf(round)
  own.clock.set(Date.parse(lifts[3]?.departureTime ?? ''))
  const answers = await Promise.all(
    lifts
      .slice(0, 4)
      .map(({ deviceId, departureTime }, index) =>
        mark(
          index % 2 === 0 ? own : neighbour,
          round,
          { type: 'done', deviceId, time: departureTime },
          { key },
        ),
      ),
  )
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200])
  const kept = await registry.getRound('alpha', round.id)
  expect(kept.isMending ?? false).toBe(false)
  expect(kept.marks?.map(({ deviceId }) => deviceId).toSorted()).toEqual(
    lifts.slice(0, 4).map(idOf).toSorted(),
  )
  const done = liftsOf(kept).filter(({ status }) => status === 'done')
  expect(done.map(idOf)).toEqual(lifts.slice(0, 4).map(idOf))
})

test('who follows a round hears of each revision, and goes on after the last one that was heard', async () => {
  const own = await createTown()
  const round = await startDay(own)
  const [first, second] = liftsOf(round)
  own.clock.set(Date.parse(second?.departureTime ?? ''))
  await mark(own, round, { type: 'done', deviceId: idOf(first), time: first?.departureTime })
  const stream = own.call('GET', `${ROUNDS}/${round.id}/changes`, { headers: { 'last-event-id': '0' } })
  await mark(own, round, { type: 'impossible', deviceId: idOf(second) })
  await own.app.close()
  const events = readEvents((await stream).text)
  expect(events.length).toBeGreaterThan(0)
  expect(events.at(-1)).toMatchObject({ event: 'mended', data: { isMending: false } })
  expect(events.at(-1)?.data['changes']).toContainEqual(expect.objectContaining({ type: 'left' }))
})

function partsOf(own: TestApp): ApiParts & { close(): Promise<void> } {
  const { registry, directory, store, clock } = own
  const logger = silentLogger as unknown as ApiParts['logger']
  const roundPlanner = createRoundPlanner({ logger: silentLogger })
  const fillForecaster = createFillForecaster({ logger: silentLogger })
  return {
    registry,
    directory,
    store,
    clock,
    logger,
    roundPlanner,
    fillForecasts: createFillForecasts({ store, directory, clock, fillForecaster }),
    trafficHistories: createTrafficHistories({ store, directory, clock }),
    version: '0',
    metrics: createMetrics(),
    health: async () => [],
    quarantine: {} as ApiParts['quarantine'],
    async close() {
      await roundPlanner.close()
      await fillForecaster.close()
    },
  } as unknown as ApiParts & { close(): Promise<void> }
}

test('marks that a process left without mending are heeded by the next one', async () => {
  const own = await createTown()
  const round = await startDay(own)
  const [first] = liftsOf(round)
  const left: Round = {
    ...round,
    revision: 1,
    isMending: true,
    marks: [{ type: 'impossible', deviceId: idOf(first), time: '2026-02-17T04:00:00.000Z' }],
  }
  await own.registry.updateRound('alpha', left)
  const parts = partsOf(own)
  await createRoundWatch(
    parts,
    createRoundMending(parts, () => {}),
  ).look()
  await parts.close()
  const kept = await own.registry.getRound('alpha', round.id)
  expect(kept).toMatchObject({ revision: 2, isMending: false })
  expect(liftsOf(kept).map(idOf)).not.toContain(idOf(first))
})

test('a bin that fills up during the day is taken in where it is worth the way, once', async () => {
  const own = await createTown()
  const round = await startDay(own)
  own.clock.set(MORNING + 600_000)
  const time = own.clock.now() - 60_000
  await own.store.write([
    {
      authority: 'alpha',
      kind: 'bin',
      device: 'bin-3',
      part: '',
      time,
      receivedTime: time,
      fields: { fillPercent: 100 },
    },
  ])
  const parts = partsOf(own)
  const watch = createRoundWatch(
    parts,
    createRoundMending(parts, () => {}),
  )
  await watch.look()
  const kept = await own.registry.getRound('alpha', round.id)
  expect(kept.changes).toContainEqual(expect.objectContaining({ type: 'added', deviceId: 'bin-3' }))
  expect(liftsOf(kept).map(idOf)).toContain('bin-3')
  await watch.look()
  await watch.close()
  await parts.close()
  expect((await own.registry.getRound('alpha', round.id)).revision).toBe(kept.revision)
})
