import { parse } from 'csv-parse/sync'
import { expect, onTestFinished, test } from 'vitest'
import type { Round } from '../../model/round.ts'
import { createRoundPlanner } from '../../rounds/round-planner.ts'
import { createTestApp, type TestApp } from '../fixtures/create-test-app.ts'

const ROUNDS = '/v1/authorities/alpha/rounds'
const DEPOT = { id: 'yard', name: 'The yard', longitude: 13.4, latitude: 52.5 }
const LORRY = {
  id: 'lorry-1',
  name: 'One',
  depotId: 'yard',
  capacity: { litres: 10_000, kg: 10_000 },
  streams: [],
  shiftStart: '06:00',
  shiftEnd: '14:00',
  breakSeconds: 0,
  costPerKm: 1,
  costPerHour: 40,
  costPerDay: 100,
  skills: [],
  heightM: null,
  weightKg: null,
}

/** An authority in Berlin with a depot, a lorry, and bins at 50, 51, … per cent, all of 240 litres. */
async function createTown(parts: Parameters<typeof createTestApp>[0] = {}, binCount = 50): Promise<TestApp> {
  const own = await createTestApp(parts)
  await own.createAuthority({ id: 'alpha', timeZone: 'Europe/Berlin' })
  await own.registry.createSite('alpha', 'depots', DEPOT, 'installation')
  await own.registry.createSite('alpha', 'lorries', LORRY, 'installation')
  await own.registry.createDevices(
    'alpha',
    Array.from({ length: binCount }, (_, index) => ({
      id: `bin-${index}`,
      kind: 'bin' as const,
      name: null,
      longitude: 13.4 + ((index * 37) % 50) / 1000,
      latitude: 52.5 + ((index * 13) % 50) / 1000,
      uprn: null,
      usrn: null,
      stopIds: [],
      settings: { capacityLitres: 240 },
    })),
    'installation',
  )
  const time = own.clock.now() - 60_000
  await own.store.write(
    Array.from({ length: binCount }, (_, index) => ({
      authority: 'alpha',
      kind: 'bin' as const,
      device: `bin-${index}`,
      part: '',
      time,
      receivedTime: time,
      fields: { fillPercent: 50 + (index % 50) },
    })),
  )
  return own
}

/** Posts a round and resolves with it when it is over, with its stream of events. */
async function plan(own: TestApp, body: object): Promise<{ round: Round; events: string }> {
  const posted = await own.call('POST', ROUNDS, { body: { date: '2026-02-17', seconds: 0.3, ...body } })
  expect(posted.status).toBe(202)
  expect(posted.body).toMatchObject({ status: 'queued', lorries: [], error: null })
  expect(posted.headers['location']).toBe(`${ROUNDS}/${posted.body.id}`)
  const { text } = await own.call('GET', `${ROUNDS}/${posted.body.id}/events`)
  return { round: (await own.call('GET', `${ROUNDS}/${posted.body.id}`)).body, events: text }
}

/** A stream's events; comments are left out. */
function readEvents(text: string): { id: string; event: string; data: Record<string, unknown> }[] {
  return text.split('\n\n').flatMap((block) => {
    const fields = Object.fromEntries(
      block.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
    )
    const { id, event, data } = fields as Record<string, string | undefined>
    return id && event && data ? [{ id, event, data: JSON.parse(data) }] : []
  })
}

test('a round is planned over the full bins, and each is in it once or left with its reason', async () => {
  const own = await createTown()
  const { round } = await plan(own, {})
  expect(round).toMatchObject({ status: 'done', error: null, estimated: true })
  const lifted = round.lorries.flatMap(({ stops }) => stops.flatMap(({ deviceId }) => deviceId ?? []))
  expect(lifted.toSorted()).toEqual(Array.from({ length: 25 }, (_, index) => `bin-${index + 25}`).toSorted())
  expect(round.left.map(({ deviceId }) => deviceId).toSorted()).toEqual(
    Array.from({ length: 25 }, (_, index) => `bin-${index}`).toSorted(),
  )
  expect(round.left.find(({ deviceId }) => deviceId === 'bin-3')).toEqual({
    deviceId: 'bin-3',
    reason: '53 % now, threshold 75 %',
    chanceOfOverflow: null,
    costOfWaiting: null,
  })
  const stops = round.lorries[0]?.stops
  // 06:00 of Berlin's winter.
  expect(stops?.[0]).toMatchObject({ type: 'start', departureTime: '2026-02-17T05:00:00.000Z' })
  expect(stops?.at(-2)).toMatchObject({ type: 'tip', tipId: null, load: { litres: 0, kg: 0 } })
  expect(stops?.at(-1)?.type).toBe('end')
  expect(round.cost).toBeGreaterThan(100)
})

test('its events tell of better plans and of the end, and can be taken up again', async () => {
  const own = await createTown()
  const { round, events: text } = await plan(own, {})
  const events = readEvents(text)
  const names = events.map(({ event }) => event)
  expect(names).toContain('progress')
  expect(names.filter((name) => name === 'done')).toHaveLength(1)
  expect(events.at(-1)).toEqual({
    id: 'done',
    event: 'done',
    data: {
      id: round.id,
      status: 'done',
      error: null,
      cost: round.cost,
      distanceM: round.distanceM,
      durationSeconds: round.durationSeconds,
    },
  })
  const progress = events.filter(({ event }) => event === 'progress')
  expect(progress[0]?.data).toEqual({
    cost: expect.any(Number),
    bins: 25,
    distanceM: expect.any(Number),
    durationSeconds: expect.any(Number),
    elapsedSeconds: expect.any(Number),
  })
  expect(progress.at(-1)?.data['cost']).toBe(round.cost)
  const again = await own.call('GET', `${ROUNDS}/${round.id}/events`, { headers: { 'last-event-id': '1' } })
  expect(readEvents(again.text)).toEqual(events.slice(-1))
  const head = await own.call('HEAD', `${ROUNDS}/${round.id}/events`)
  expect([head.status, head.headers['content-type'], head.text]).toEqual([200, 'text/event-stream', ''])
  expect((await own.call('HEAD', `${ROUNDS}/none/events`)).status).toBe(404)
  const over = await own.call('GET', `${ROUNDS}/${round.id}/events`, { headers: { 'last-event-id': 'done' } })
  expect(over.status).toBe(204)
})

test('a stream tells of a plan while it is being made, and goes on after the last event that was seen', async () => {
  // The limit for other endpoints ends no stream.
  const own = await createTown({ limits: { handlerTimeoutSeconds: 1 } })
  await own.app.listen({ port: 0 })
  const address = own.app.server.address() as { port: number }
  const { body } = await own.call('POST', ROUNDS, { body: { date: '2026-02-17', seconds: 600 } })
  const key = await own.createKey('alpha', 'read')
  const url = `http://127.0.0.1:${address.port}${ROUNDS}/${body.id}/events`
  const open = (headers: Record<string, string> = {}) =>
    fetch(url, { headers: { authorization: `Bearer ${key}`, ...headers } })
  const response = await open()
  expect(response.headers.get('content-type')).toBe('text/event-stream')
  expect(response.headers.get('cache-control')).toBe('no-store')
  expect(response.headers.get('access-control-allow-origin')).toBe('*')
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  while (!text.includes('event: progress')) text += (await reader?.read())?.value ?? ''
  await reader?.cancel()
  const seen = readEvents(text).at(0)
  expect((await own.call('GET', `${ROUNDS}/${body.id}`)).body.status).toBe('solving')

  const later = await open({ 'last-event-id': seen?.id ?? '' })
  const openedAt = performance.now()
  await expect.poll(() => performance.now() - openedAt, { timeout: 5_000 }).toBeGreaterThan(1_200)
  const [rest] = await Promise.all([later.text(), own.call('POST', `${ROUNDS}/${body.id}/cancel`)])
  const events = readEvents(rest)
  expect(events.map(({ id }) => id)).not.toContain(seen?.id)
  expect(events.at(-1)).toMatchObject({ event: 'done', data: { status: 'cancelled' } })
})

test('a cancelled round keeps the best plan so far; one that waits has none; one that is over stays', async () => {
  const own = await createTown()
  const body = { date: '2026-02-17', seconds: 600 }
  const solving = (await own.call('POST', ROUNDS, { body })).body.id
  const waiting = (await own.call('POST', ROUNDS, { body })).body.id
  const second = await own.call('POST', `${ROUNDS}/${waiting}/cancel`)
  expect(second.body).toMatchObject({ status: 'cancelled', lorries: [], left: [] })
  const first = await own.call('POST', `${ROUNDS}/${solving}/cancel`)
  expect(first.status).toBe(200)
  expect(first.body.status).toBe('cancelled')
  expect(first.body.lorries[0].stops.length).toBeGreaterThan(25)
  expect((await own.call('GET', `${ROUNDS}/${solving}`)).body).toEqual(first.body)
  const again = await own.call('POST', `${ROUNDS}/${solving}/cancel`)
  expect(again.status).toBe(409)
  expect(again.body).toMatchObject({ code: 'CONFLICT', detail: expect.stringContaining('it is cancelled') })
  expect((await own.call('POST', `${ROUNDS}/none/cancel`)).status).toBe(404)
})

test('rounds are listed newest first, in pages', async () => {
  const own = await createTown({}, 3)
  const ids: string[] = []
  for (let count = 0; count < 3; count++) {
    own.clock.advance(1)
    ids.unshift((await plan(own, { mustEmpty: ['bin-1'] })).round.id)
  }
  const first = await own.call('GET', `${ROUNDS}?limit=2`)
  expect(first.body.items.map(({ id }: Round) => id)).toEqual(ids.slice(0, 2))
  const second = await own.call('GET', `${ROUNDS}?limit=2&after=${first.body.next}`)
  expect(second.body.items.map(({ id }: Round) => id)).toEqual(ids.slice(2))
  expect(second.body.next).toBeNull()
  expect((await own.call('GET', `${ROUNDS}?limit=101`)).status).toBe(400)
  const wrong = await own.call('GET', `${ROUNDS}?after=nonsense`)
  expect([wrong.status, wrong.body.errors[0].path]).toEqual([400, 'after'])
})

test('a round comes as GeoJSON, GPX and CSV', async () => {
  const own = await createTown()
  const { round } = await plan(own, { mustEmpty: ['bin-0'] })
  const [lorry] = round.lorries
  const stops = lorry?.stops ?? []

  const geoJson = await own.call('GET', `${ROUNDS}/${round.id}.geojson`)
  expect(geoJson.headers['content-type']).toBe('application/geo+json; charset=utf-8')
  expect(geoJson.body.features[0]).toMatchObject({ id: 'lorry-1', geometry: lorry?.geometry })
  expect(geoJson.body.features).toHaveLength(1 + stops.length)
  expect(geoJson.body.features[2].properties).toMatchObject({
    type: 'lift',
    order: 1,
    deviceId: stops[1]?.deviceId,
    litres: stops[1]?.load.litres,
  })

  const gpx = await own.call('GET', `${ROUNDS}/${round.id}.gpx`)
  expect(gpx.headers['content-type']).toBe('application/gpx+xml; charset=utf-8')
  expect(gpx.text.match(/<trk>/g)).toHaveLength(round.lorries.length)
  expect(gpx.text.match(/<rtept /g)).toHaveLength(stops.length)
  expect(gpx.text).toContain('<name>bin-0</name>')

  const csv = await own.call('GET', `${ROUNDS}/${round.id}.csv`)
  const rows = parse(csv.text, { columns: true }) as Record<string, string>[]
  expect(rows).toHaveLength(stops.length + round.left.length)
  expect(rows[1]).toMatchObject({ lorryId: 'lorry-1', order: '1', type: 'lift', reason: stops[1]?.reason })
  expect(rows.at(-1)).toMatchObject({ type: 'left', deviceId: round.left.at(-1)?.deviceId })
})

test('nonsense gets a problem that names it, and no round', async () => {
  const own = await createTown({}, 3)
  const refusals: [object, string, RegExp][] = [
    [{}, 'date', /expected string/],
    [{ date: '2026-02-30' }, 'date', /date/i],
    [{ date: '2026-02-17', lorries: ['a'] }, 'lorries', /not known here/],
    [{ date: '2026-02-17', seconds: 601 }, 'seconds', /600/],
    [{ date: '2026-02-17', lorryIds: ['ufo'] }, 'lorryIds.0', /no lorry ufo/],
    [{ date: '2026-02-17', depotIds: ['moon'] }, 'depotIds.0', /no depot moon/],
    [{ date: '2026-02-17', deviceIds: ['bin-1', 'bin-99'] }, 'deviceIds.1', /no bin bin-99/],
    [{ date: '2026-02-17', mustEmpty: ['bus'] }, 'mustEmpty.0', /no bin bus/],
  ]
  for (const [body, path, message] of refusals) {
    const answer = await own.call('POST', ROUNDS, { body })
    expect(answer.status, path).toBe(400)
    expect(answer.body.code).toBe('INVALID_REQUEST')
    expect(answer.body.errors).toEqual([{ path, message: expect.stringMatching(message) }])
  }
  await own.registry.deleteSite('alpha', 'lorries', 'lorry-1', 'installation')
  const noLorry = await own.call('POST', ROUNDS, { body: { date: '2026-02-17' } })
  expect(noLorry.body.errors).toEqual([
    { path: 'lorryIds', message: expect.stringContaining('no lorry yet') },
  ])
  expect((await own.call('GET', ROUNDS)).body.items).toEqual([])
  expect((await own.call('GET', `${ROUNDS}/none`)).status).toBe(404)
  for (const suffix of ['.gpx', '/events']) {
    expect((await own.call('GET', `${ROUNDS}/none${suffix}`)).status).toBe(404)
  }
})

test('one round more than may wait is told to come back', async () => {
  const logger = (await createTestApp()).app.log
  const roundPlanner = createRoundPlanner({ logger, concurrency: 1, waitingMax: 1 })
  onTestFinished(() => roundPlanner.close())
  const own = await createTown({ roundPlanner })
  const body = { date: '2026-02-17', seconds: 600 }
  const statuses: number[] = []
  for (let count = 0; count < 3; count++) {
    const answer = await own.call('POST', ROUNDS, { body })
    statuses.push(answer.status)
    if (answer.status === 503) expect(answer.headers['retry-after']).toBe('5')
  }
  expect(statuses).toEqual([202, 202, 503])
  expect((await own.call('GET', ROUNDS)).body.items).toHaveLength(2)
})

test('planning takes the scope operate; rounds are read with read, or without a key where published', async () => {
  const own = await createTown({}, 3)
  await own.createAuthority({ id: 'beta' })
  const body = { date: '2026-02-17' }
  const key = await own.createKey('alpha', 'read')
  expect((await own.call('POST', ROUNDS, { body, key })).status).toBe(403)
  expect((await own.call('GET', ROUNDS, { key })).status).toBe(200)
  expect((await own.call('GET', ROUNDS, { key: null })).status).toBe(401)
  expect((await own.call('GET', ROUNDS, { key: await own.createKey('beta', 'admin') })).status).toBe(404)
  await own.registry.updateAuthority('alpha', { published: ['rounds'] }, 'installation')
  expect((await own.call('GET', ROUNDS, { key: null })).status).toBe(200)
  expect((await own.call('POST', ROUNDS, { body, key: null })).status).toBe(401)
})

test('a round that the end of the process cuts short has failed, and says so', async () => {
  const own = await createTown()
  const body = { date: '2026-02-17', seconds: 600 }
  const solving = (await own.call('POST', ROUNDS, { body })).body.id
  const waiting = (await own.call('POST', ROUNDS, { body })).body.id
  const stream = own.call('GET', `${ROUNDS}/${solving}/events`)
  await own.app.close()
  for (const id of [solving, waiting]) {
    expect(await own.registry.getRound('alpha', id)).toMatchObject({
      status: 'failed',
      error: 'the process ended while it was solving',
    })
  }
  expect(readEvents((await stream).text).at(-1)).toMatchObject({ event: 'done', data: { status: 'failed' } })
})

test('rounds that a process left unfinished when it was killed have failed when the next one starts', async () => {
  const before = await createTown()
  const { round } = await plan(before, {})
  for (const [index, status] of (['queued', 'solving', 'cancelled'] as const).entries()) {
    const id = `left-${index}`
    await before.registry.createRound('alpha', { ...round, id, status, lorries: [], left: [] })
  }
  const { registry, directory, store } = before
  const after = await createTestApp({ registry, directory, store })
  const rounds = Object.fromEntries(
    (await registry.listRounds('alpha', { limit: 100 })).items.map(({ id, status, error }) => [
      id,
      { status, error },
    ]),
  )
  const failed = { status: 'failed', error: 'the process ended while it was solving' }
  expect(rounds).toEqual({
    [round.id]: { status: 'done', error: null },
    'left-0': failed,
    'left-1': failed,
    'left-2': { status: 'cancelled', error: null },
  })
  const key = await before.createKey('alpha', 'read')
  const { text } = await after.call('GET', `${ROUNDS}/left-1/events`, { key })
  expect(readEvents(text)).toMatchObject([{ event: 'done', data: failed }])
})

test('the rounds of an authority that is deleted end, and are in no later one of its id', async () => {
  const own = await createTown()
  const body = { date: '2026-02-17', seconds: 600 }
  const solving = (await own.call('POST', ROUNDS, { body })).body.id
  const waiting = (await own.call('POST', ROUNDS, { body })).body.id
  const streams = [solving, waiting].map((id) => own.call('GET', `${ROUNDS}/${id}/events`))
  await own.call('GET', `${ROUNDS}/${waiting}`)
  expect((await own.call('DELETE', '/v1/authorities/alpha')).status).toBe(204)
  await own.createAuthority({ id: 'alpha' })
  for (const stream of streams) {
    expect(readEvents((await stream).text).at(-1)).toMatchObject({ data: { status: 'cancelled' } })
  }
  expect((await own.call('GET', ROUNDS)).body.items).toEqual([])
})

test('a round whose authority another process has deleted is planned no further', async () => {
  const logger = (await createTestApp()).app.log
  const roundPlanner = createRoundPlanner({ logger, concurrency: 1 })
  onTestFinished(() => roundPlanner.close())
  const own = await createTown({ roundPlanner })
  const body = { date: '2026-02-17', seconds: 600 }
  const first = (await own.call('POST', ROUNDS, { body })).body.id
  const second = (await own.call('POST', ROUNDS, { body })).body.id
  const stream = own.call('GET', `${ROUNDS}/${second}/events`)
  await own.call('GET', `${ROUNDS}/${second}`)
  await own.registry.deleteAuthority('alpha', 'installation')
  await own.createAuthority({ id: 'alpha' })
  // The second one's turn comes, which finds its row gone.
  await own.call('POST', `${ROUNDS}/${first}/cancel`)
  expect(readEvents((await stream).text).at(-1)).toMatchObject({ data: { status: 'cancelled' } })
  expect((await own.call('GET', ROUNDS)).body.items).toEqual([])
})
