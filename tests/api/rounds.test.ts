import { parse } from 'csv-parse/sync'
import { expect, test } from 'vitest'
import type { Round } from '../../model/round.ts'
import { createTown, planRound, ROUNDS, readEvents } from './round-town.ts'

test('a round is planned over the full bins, and each is in it once or left with its reason', async () => {
  const own = await createTown()
  const { round } = await planRound(own, {})
  expect(round).toMatchObject({ status: 'done', error: null, estimated: true })
  const lifted = round.lorries.flatMap(({ stops }) => stops.flatMap(({ deviceId }) => deviceId ?? []))
  expect(lifted.toSorted()).toEqual(Array.from({ length: 25 }, (_, index) => `bin-${index + 25}`).toSorted())
  expect(round.left.map(({ deviceId }) => deviceId).toSorted()).toEqual(
    Array.from({ length: 25 }, (_, index) => `bin-${index}`).toSorted(),
  )
  expect(round.left.find(({ deviceId }) => deviceId === 'bin-3')).toEqual({
    deviceId: 'bin-3',
    reason: '53 % now, threshold 75 %',
    expectedPercent: null,
    chanceOfOverflow: null,
    costOfWaiting: null,
    detourM: null,
    detourCost: null,
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
  const { round, events: text } = await planRound(own, {})
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
  const again = await own.call('GET', `${ROUNDS}/${round.id}/events`, { headers: { 'last-event-id': '1.1' } })
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
  while (!text.includes('event: progress')) {
    const { value, done } = (await reader?.read()) ?? { done: true }
    expect(done, text).toBe(false)
    text += value
  }
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
    ids.unshift((await planRound(own, { mustEmpty: ['bin-1'] })).round.id)
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
  const { round } = await planRound(own, { mustEmpty: ['bin-0'] })
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
  const place = { id: 'at-sea', kind: 'bin', longitude: 0, latitude: 0 }
  await own.call('POST', '/v1/authorities/alpha/devices', { body: place })
  const refusals: [object, string, RegExp][] = [
    [{}, 'date', /expected string/],
    [{ date: '2026-02-30' }, 'date', /date/i],
    [{ date: '2026-02-17', lorries: ['a'] }, 'lorries', /not known here/],
    [{ date: '2026-02-17', seconds: 601 }, 'seconds', /600/],
    [{ date: '2026-02-17', lorryIds: ['ufo'] }, 'lorryIds.0', /no lorry ufo/],
    [{ date: '2026-02-17', depotIds: ['moon'] }, 'depotIds.0', /no depot moon/],
    [{ date: '2026-02-17', deviceIds: ['bin-1', 'bin-99'] }, 'deviceIds.1', /no bin bin-99/],
    [{ date: '2026-02-17', mustEmpty: ['bus'] }, 'mustEmpty.0', /no bin bus/],
    [{ date: '2026-02-17', deviceIds: ['bin-1', 'bin-1'] }, 'deviceIds.1', /bin-1 is given twice/],
    [{ date: '1999-02-14' }, 'date', /is too long ago: 2000-01-01 is the earliest/],
    [{ date: '2062-02-17' }, 'date', /too far ahead/],
    [{ date: '2026-02-17', mustEmpty: ['at-sea'] }, 'mustEmpty.0', /km from the nearest depot/],
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

test('one round more than may be unfinished is told to come back', async () => {
  const own = await createTown({ limits: { unfinishedRounds: 2 } })
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
