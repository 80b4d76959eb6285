import { expect, test } from 'vitest'
import { addCounters } from '../../api/round-counters.ts'
import { readRoundInput } from '../../api/round-input.ts'
import type { Round } from '../../model/round.ts'
import { createReading } from '../fixtures/create-reading.ts'
import type { TestApp } from '../fixtures/create-test-app.ts'
import { createFillReadings } from './fill-history.ts'
import { createTown, planRound } from './round-town.ts'

const GRANTED = '/v1/authorities/gamma/shares'
const UNTIL = '2026-02-18T12:00:00Z'

/** alpha, with 10 bins, a depot and a lorry; and gamma beside it, with two full bins, one at 60 %, and a counter. */
async function createBorder() {
  const own = await createTown({}, 10)
  await own.createAuthority({ id: 'gamma' })
  const made = await own.call('POST', '/v1/authorities/gamma/devices', {
    body: ['one', 'two', 'three'].map((id, index) => ({
      id,
      kind: 'bin',
      name: `Bin ${id}`,
      longitude: 13.41 + index / 500,
      latitude: 52.51,
      settings: { capacityLitres: 240 },
    })),
  })
  expect(made.status).toBe(201)
  await own.call('POST', '/v1/authorities/gamma/devices', {
    body: { id: 'counter', kind: 'traffic', longitude: 13.41, latitude: 52.51 },
  })
  const time = '2026-02-16T11:00:00Z'
  const levels = { one: 100, two: 100, three: 60 }
  await own.store.write(
    Object.entries(levels).map(([device, fillPercent]) =>
      createReading({ authority: 'gamma', device, time, fields: { fillPercent } }),
    ),
  )
  await own.directory.refresh()
  return own
}

async function grant(own: TestApp, changes: object = {}): Promise<string> {
  const dataset = { type: 'bins', deviceIds: ['one', 'three'] }
  const body = { to: 'alpha', dataset, purpose: 'plan', until: UNTIL, ...changes }
  const { status, body: share } = await own.call('POST', GRANTED, { body })
  expect(status, JSON.stringify(share)).toBe(201)
  return share.id
}

const liftsOf = ({ lorries }: Round) =>
  lorries.flatMap(({ stops }) => stops.flatMap((stop) => stop.deviceId ?? []))
const textOf = async (own: TestApp, path: string, key?: string | null) =>
  (await own.call('GET', path, key === undefined ? {} : { key })).text

test('a round crosses the border with what is shared, and names it in all of its formats', async () => {
  const own = await createBorder()
  const share = await grant(own)
  const { round } = await planRound(own, { shareIds: [share] })
  expect(round).toMatchObject({ status: 'done', error: null })
  expect(round.shares).toEqual([{ shareId: share, authority: 'gamma' }])
  expect(liftsOf(round)).toContain('gamma/one')
  const [stop] = round.lorries.flatMap(({ stops }) =>
    stops.filter(({ deviceId }) => deviceId === 'gamma/one'),
  )
  expect(stop?.reason).toMatch(/^100 %/)
  const left = round.left.find(({ deviceId }) => deviceId === 'gamma/three')
  expect(left?.reason).toMatch(/^60 % now/)
  expect(JSON.stringify(round)).not.toContain('two')
  const path = `/v1/authorities/alpha/rounds/${round.id}`
  for (const suffix of ['.csv', '.gpx', '.geojson']) {
    expect(await textOf(own, `${path}${suffix}`), suffix).toContain('gamma/one')
  }
  expect(await textOf(own, `${path}.html`)).toContain('Bin one (gamma/one)')
  const { items } = (await own.call('GET', `${GRANTED}/${share}/accesses`)).body
  expect(items.at(-1)).toMatchObject({ use: 'plan', actor: 'alpha', round: null, count: 2 })
  const received = (await own.call('GET', `/v1/authorities/alpha/shares/${share}/accesses`)).body.items
  expect(received).toContainEqual(
    expect.objectContaining({ use: 'plan', actor: 'planning', round: round.id }),
  )

  await own.call('DELETE', `${GRANTED}/${share}`)
  expect(await textOf(own, `${path}.html`)).not.toContain('Bin one')
})

test('others’ bins are asked for by name, and what is not shared is like what is not there', async () => {
  const own = await createBorder()
  const share = await grant(own, { dataset: { type: 'bins' } })
  const asked = ['gamma/three', 'bin-1']
  const { round } = await planRound(own, { shareIds: [share], deviceIds: asked, mustEmpty: asked })
  expect(liftsOf(round).toSorted()).toEqual(asked.toSorted())
  for (const body of [
    { shareIds: [share], deviceIds: ['gamma/none'] },
    { deviceIds: ['gamma/three'] },
    { shareIds: [share], mustEmpty: ['delta/three'] },
  ]) {
    const { status, body: problem } = await own.call('POST', '/v1/authorities/alpha/rounds', {
      body: { date: '2026-02-17', ...body },
    })
    expect([status, problem.errors?.[0]?.message]).toEqual([400, expect.stringMatching(/^there is no bin /)])
  }
})

test('others’ bins are forecast by what their own authority’s bins have taught', async () => {
  const own = await createBorder()
  const until = own.clock.now() - 600_000
  const filling = (device: string, percentPerDay: number, level: number) =>
    createFillReadings({ device, until, percentPerDay, level }).map((reading) => ({
      ...reading,
      authority: 'gamma',
    }))
  await own.store.write([...filling('three', 30, 80), ...filling('two', 12, 30)])
  const share = await grant(own)
  const { round } = await planRound(own, { shareIds: [share] })
  const [stop] = round.lorries.flatMap(({ stops }) =>
    stops.filter(({ deviceId }) => deviceId === 'gamma/three'),
  )
  expect(stop?.reason).toMatch(/% chance of overflowing before Wednesday's round/)
  expect(stop?.chanceOfOverflow).toBeGreaterThan(0.3)
})

test('a share that cannot be planned with is refused like one that is not there', async () => {
  const own = await createBorder()
  const shares = [
    'f'.repeat(32),
    await grant(own, { purpose: 'read' }),
    await grant(own, { to: 'delta', dataset: { type: 'bins' } }).catch(() => 'e'.repeat(32)),
    await grant(own, { from: '2026-02-17T12:00:00Z' }),
    await grant(own, { dataset: { type: 'counters' } }),
  ]
  const answers = []
  for (const share of shares) {
    const body = { date: '2026-02-17', shareIds: [share] }
    const { status, body: problem } = await own.call('POST', '/v1/authorities/alpha/rounds', { body })
    answers.push([status, JSON.stringify({ ...problem, instance: '' }).replaceAll(share, '…')])
  }
  expect(answers[0]).toEqual([400, expect.stringContaining('there is no share')])
  for (const answer of answers) expect(answer).toEqual(answers[0])
})

test('what is shared no more when planning begins is left with that reason', async () => {
  const own = await createBorder()
  const share = await grant(own)
  const posted = await own.call('POST', '/v1/authorities/alpha/rounds', {
    body: { date: '2026-02-17', seconds: 0.3, shareIds: [share], mustEmpty: ['gamma/three'] },
  })
  expect(posted.status).toBe(202)
  const [queued] = [posted.body as Round]
  expect(queued.shares).toEqual([
    { shareId: share, authority: 'gamma', deviceIds: ['gamma/one', 'gamma/three'] },
  ])
  // As another process would take it later: the same round, kept anew.
  const { id: _, ...rest } = queued
  await own.call('DELETE', `${GRANTED}/${share}`)
  await own.registry.createRound('alpha', { ...rest, id: 'later', status: 'queued' })
  await own.call('GET', `/v1/authorities/alpha/rounds/later/events`)
  const round: Round = (await own.call('GET', '/v1/authorities/alpha/rounds/later')).body
  expect(round).toMatchObject({ status: 'done', shares: [] })
  expect(liftsOf(round).filter((id) => id.includes('/'))).toEqual([])
  expect(round.left.filter(({ deviceId }) => deviceId.includes('/'))).toMatchObject([
    { deviceId: 'gamma/three', reason: 'it is not shared any more' },
    { deviceId: 'gamma/one', reason: 'it is not shared any more' },
  ])
})

test('crews mark others’ bins, and mending takes in none that is not shared any more', async () => {
  const own = await createBorder()
  const share = await grant(own, { dataset: { type: 'bins' } })
  const { round } = await planRound(own, { date: '2026-02-16', shareIds: [share] })
  expect(liftsOf(round)).toEqual(expect.arrayContaining(['gamma/one', 'gamma/two']))
  const path = `/v1/authorities/alpha/rounds/${round.id}/marks`
  const lorryId = round.lorries[0]?.lorryId
  const done = await own.call('POST', path, { body: { type: 'done', deviceId: 'gamma/one', lorryId } })
  expect(done.status).toBe(200)
  const stopOf = (marked: Round, id: string) =>
    marked.lorries.flatMap(({ stops }) => stops).find(({ deviceId }) => deviceId === id)
  expect(stopOf(done.body.round, 'gamma/one')?.status).toBe('done')

  await own.call('DELETE', `${GRANTED}/${share}`)
  const reading = { type: 'reading', deviceId: 'gamma/three', fillPercent: 100 }
  expect((await own.call('POST', path, { body: reading })).status).toBe(400)
  const mended = await own.call('POST', path, {
    body: { type: 'impossible', deviceId: 'bin-9', reason: 'cars' },
  })
  expect(mended.status).toBe(200)
  const rest: Round = mended.body.round
  expect(stopOf(rest, 'gamma/one')?.status).toBe('done')
  expect(stopOf(rest, 'gamma/two')).toBeUndefined()
  expect(rest.left).toContainEqual(
    expect.objectContaining({ deviceId: 'gamma/two', reason: 'it is not shared any more' }),
  )
})

test('a neighbour’s counters tell how fast it is driven, as long as they are shared to plan with', async () => {
  const own = await createBorder()
  const parts = {
    ...own,
    trafficHistories: { getHistory: async () => ({}) as never, getPool: async () => ({}) as never },
  }
  const authority = await own.registry.getAuthority('alpha')
  const input = await readRoundInput(parts, authority, { date: '2026-02-17' })
  const countersOf = async () => (await addCounters(parts, 'alpha', input, 'r-1')).counters ?? []
  expect(await countersOf()).toEqual([])
  await grant(own, { dataset: { type: 'counters' }, purpose: 'read' })
  expect(await countersOf()).toEqual([])
  const share = await grant(own, { dataset: { type: 'counters' } })
  expect(await countersOf()).toEqual([{ longitude: 13.41, latitude: 52.51, history: {} }])
  const { items } = (await own.call('GET', `/v1/authorities/alpha/shares/${share}/accesses`)).body
  expect(items).toMatchObject([{ use: 'traffic', actor: 'planning', round: 'r-1', count: 1 }])
  await own.call('DELETE', `${GRANTED}/${share}`)
  expect(await countersOf()).toEqual([])
})

test('a round with others’ bins is told to nobody without a key of its own, published or not', async () => {
  const own = await createBorder()
  const share = await grant(own)
  await own.call('PATCH', '/v1/authorities/alpha', { body: { published: ['rounds'] } })
  const { round } = await planRound(own, { shareIds: [share] })
  const path = `/v1/authorities/alpha/rounds/${round.id}`
  for (const suffix of ['', '.csv', '.gpx', '.geojson', '.html']) {
    expect(await textOf(own, `${path}${suffix}`, null), suffix).not.toMatch(/gamma|13\.41/)
  }
  expect(await textOf(own, '/v1/authorities/alpha/rounds', null)).not.toMatch(/gamma|13\.41/)
})
