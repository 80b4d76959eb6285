import { expect, test } from 'vitest'
import { createReading } from '../fixtures/create-reading.ts'
import { createTestApp } from '../fixtures/create-test-app.ts'

const ALPHA = '/v1/authorities/alpha'

/** Alpha at noon of 16 February 2026. */
async function createAlpha(devices: object[]) {
  const app = await createTestApp()
  await app.createAuthority({ id: 'alpha' })
  await app.call('POST', `${ALPHA}/devices`, { body: devices })
  return app
}

test('bins are features with their latest reading, in the order of their ids', async () => {
  const app = await createAlpha([
    { id: 'bin-2', kind: 'bin' },
    { id: 'bin-1', kind: 'bin', name: 'Quay', longitude: 144.66, latitude: -37.9 },
    { id: 'counter-1', kind: 'traffic' },
  ])
  await app.store.write([
    createReading({ time: '2026-02-16T11:00:00Z', fields: { fillPercent: 40, batteryPercent: 90 } }),
    createReading({ time: '2026-02-16T11:59:00Z', fields: { fillPercent: 60 } }),
  ])
  const { status, headers, body } = await app.call('GET', `${ALPHA}/bins`)
  expect(status).toBe(200)
  expect(headers['content-type']).toBe('application/geo+json; charset=utf-8')
  expect(body).toEqual({
    type: 'FeatureCollection',
    features: [
      {
        type: 'Feature',
        id: 'bin-1',
        geometry: { type: 'Point', coordinates: [144.66, -37.9] },
        properties: {
          kind: 'bin',
          name: 'Quay',
          time: '2026-02-16T11:59:00.000Z',
          ageSeconds: 60,
          isSilent: false,
          fillPercent: 60,
        },
      },
      {
        type: 'Feature',
        id: 'bin-2',
        geometry: null,
        properties: { kind: 'bin', name: null, time: null, ageSeconds: null, isSilent: true },
      },
    ],
  })
})

test('a counter with lanes carries the newest reading of each', async () => {
  const app = await createAlpha([{ id: 'counter-1', kind: 'traffic' }])
  const lane = (lane: number, time: string, car: number) =>
    createReading({
      kind: 'traffic',
      device: 'counter-1',
      part: `lane:${lane}`,
      time,
      fields: { lane, intervalSeconds: 3600, countsCar: car },
    })
  await app.store.write([
    lane(1, '2026-02-16T09:00:00Z', 1),
    lane(1, '2026-02-16T10:00:00Z', 2),
    lane(2, '2026-02-16T09:00:00Z', 3),
  ])
  const { properties } = (await app.call('GET', `${ALPHA}/counters`)).body.features[0]
  expect(properties.lanes).toEqual([
    { lane: 1, intervalSeconds: 3600, counts: { car: 2 }, time: '2026-02-16T10:00:00.000Z' },
    { lane: 2, intervalSeconds: 3600, counts: { car: 3 }, time: '2026-02-16T09:00:00.000Z' },
  ])
  expect(properties.time).toBe('2026-02-16T10:00:00.000Z')
  expect(properties).not.toHaveProperty('counts')
})

test('a counter that measures in one piece has its fields beside the others', async () => {
  const app = await createAlpha([
    { id: 'counter-1', kind: 'traffic' },
    { id: 'counter-2', kind: 'traffic' },
  ])
  const time = '2026-02-16T10:00:00Z'
  await app.store.write([
    createReading({ kind: 'traffic', device: 'counter-1', time, fields: { count: 12 } }),
    createReading({
      kind: 'traffic',
      device: 'counter-2',
      part: 'direction:in',
      time,
      fields: { direction: 'in', count: 7 },
    }),
  ])
  const [whole, single] = (await app.call('GET', `${ALPHA}/counters`)).body.features
  expect(whole.properties).toMatchObject({ count: 12 })
  expect(whole.properties).not.toHaveProperty('lanes')
  expect(single.properties).toMatchObject({
    direction: 'in',
    count: 7,
    lanes: [{ direction: 'in', count: 7 }],
  })
})

test('fields that are older than the newest lane are not beside its time', async () => {
  const app = await createAlpha([{ id: 'counter-1', kind: 'traffic' }])
  const counted = (part: string, time: string, fields: Record<string, string | number>) =>
    createReading({ kind: 'traffic', device: 'counter-1', part, time, fields })
  await app.store.write([
    counted('', '2026-02-16T09:00:00Z', { count: 12, meanSpeedKph: 40 }),
    counted('lane:1', '2026-02-16T10:00:00Z', { lane: 1, count: 5 }),
  ])
  const before = (await app.call('GET', `${ALPHA}/counters`)).body.features[0].properties
  expect(before).toMatchObject({ time: '2026-02-16T10:00:00.000Z', lane: 1, count: 5 })
  expect(before).not.toHaveProperty('meanSpeedKph')
  await app.store.write([counted('lane:2', '2026-02-16T10:00:00Z', { lane: 2, count: 6 })])
  const two = (await app.call('GET', `${ALPHA}/counters`)).body.features[0].properties
  expect(two.lanes).toHaveLength(2)
  expect(two).not.toHaveProperty('count')
  await app.store.write([counted('', '2026-02-16T11:00:00Z', { count: 13 })])
  const after = (await app.call('GET', `${ALPHA}/counters`)).body.features[0].properties
  expect(after).toMatchObject({ time: '2026-02-16T11:00:00.000Z', count: 13 })
  expect(after).not.toHaveProperty('lane')
  expect(after.lanes).toHaveLength(2)
})

test('a display carries what it shows', async () => {
  const app = await createAlpha([{ id: 'sign-1', kind: 'display' }])
  await app.store.write([
    createReading({
      kind: 'display',
      device: 'sign-1',
      time: '2026-02-16T11:59:00Z',
      fields: { state: 'degraded', lines: '["12 Centre"]' },
    }),
  ])
  const { properties } = (await app.call('GET', `${ALPHA}/displays`)).body.features[0]
  expect(properties).toMatchObject({ state: 'degraded', lines: ['12 Centre'] })
})

test('a vehicle is where it was last', async () => {
  const app = await createAlpha([
    { id: 'bus-1', kind: 'vehicle', longitude: 1, latitude: 1 },
    { id: 'bus-2', kind: 'vehicle' },
  ])
  await app.store.write([
    createReading({
      kind: 'vehicle',
      device: 'bus-1',
      time: '2026-02-16T11:59:50Z',
      fields: { longitude: -77.03, latitude: 38.9, speedKph: 30, tripId: 't-1' },
    }),
  ])
  const [moving, unheard] = (await app.call('GET', `${ALPHA}/vehicles`)).body.features
  expect(moving.geometry).toEqual({ type: 'Point', coordinates: [-77.03, 38.9] })
  expect(moving.properties).toMatchObject({ speedKph: 30, tripId: 't-1', ageSeconds: 10, isSilent: false })
  expect(unheard.geometry).toBeNull()
  app.clock.advance(3600)
  const [silent] = (await app.call('GET', `${ALPHA}/vehicles`)).body.features
  expect(silent.properties).toMatchObject({ ageSeconds: 3610, isSilent: true })
})

test('a device is silent after three of its intervals, a counter from the end of what it counted', async () => {
  const app = await createAlpha([
    { id: 'bin-1', kind: 'bin', settings: { reportIntervalSeconds: 600 } },
    { id: 'counter-1', kind: 'traffic', settings: { reportIntervalSeconds: 3600 } },
  ])
  await app.store.write([
    createReading({ time: '2026-02-16T11:30:00Z' }),
    createReading({
      kind: 'traffic',
      device: 'counter-1',
      time: '2026-02-16T08:00:00Z',
      fields: { intervalSeconds: 3600, count: 1 },
    }),
  ])
  const isSilent = async (what: string) =>
    (await app.call('GET', `${ALPHA}/${what}`)).body.features[0].properties.isSilent
  expect([await isSilent('bins'), await isSilent('counters')]).toEqual([false, false])
  app.clock.advance(1)
  expect([await isSilent('bins'), await isSilent('counters')]).toEqual([true, true])
})

test('whether a device said that it is online comes along', async () => {
  const app = await createAlpha([
    { id: 'bin-1', kind: 'bin' },
    { id: 'bin-2', kind: 'bin' },
    { id: 'bin-3', kind: 'bin' },
  ])
  const status = { authority: 'alpha', kind: 'bin', time: app.clock.now() } as const
  await app.registry.recordIngested({
    source: 'journal-1',
    position: 1,
    counts: [],
    quarantined: [],
    sequences: [],
    statuses: [
      { ...status, device: 'bin-1', isOnline: true },
      { ...status, device: 'bin-2', isOnline: false },
    ],
  })
  const { features } = (await app.call('GET', `${ALPHA}/bins`)).body
  expect(features.map((feature: { properties: object }) => feature.properties)).toMatchObject([
    { isOnline: true },
    { isOnline: false },
    expect.not.objectContaining({ isOnline: expect.anything() }),
  ])
})

test('a reading of a device that was deleted is on no map', async () => {
  const app = await createAlpha([{ id: 'bin-1', kind: 'bin' }])
  await app.store.write([createReading({ time: '2026-02-16T11:00:00Z' })])
  await app.call('DELETE', `${ALPHA}/devices/bin-1`)
  expect((await app.call('GET', `${ALPHA}/bins`)).body.features).toEqual([])
})

test('a map stays the same for who has it while only its ages grow', async () => {
  const app = await createAlpha([{ id: 'bin-1', kind: 'bin' }])
  await app.store.write([createReading({ time: '2026-02-16T11:00:00Z' })])
  const first = await app.call('GET', `${ALPHA}/bins`)
  const headers = { 'if-none-match': String(first.headers['etag']) }
  app.clock.advance(60)
  const again = await app.call('GET', `${ALPHA}/bins`, { headers })
  expect([again.status, again.text]).toEqual([304, ''])
  await app.store.write([createReading({ time: '2026-02-16T11:30:00Z' })])
  expect((await app.call('GET', `${ALPHA}/bins`, { headers })).status).toBe(200)
  // Falling silent is news.
  const newer = await app.call('GET', `${ALPHA}/bins`)
  app.clock.advance(30 * 3600)
  const silent = await app.call('GET', `${ALPHA}/bins`, {
    headers: { 'if-none-match': String(newer.headers['etag']) },
  })
  expect(silent.status).toBe(200)
})

test('a map is asked for what was received after a time', async () => {
  const app = await createAlpha([
    { id: 'bin-1', kind: 'bin' },
    { id: 'bin-2', kind: 'bin' },
    { id: 'bin-3', kind: 'bin' },
  ])
  const receivedAt = (device: string, receivedTime: string) => ({
    ...createReading({ time: '2026-02-16T10:00:00Z', fields: { fillPercent: 40 } }),
    device,
    receivedTime: Date.parse(receivedTime),
  })
  await app.store.write([
    receivedAt('bin-1', '2026-02-16T11:58:00Z'),
    receivedAt('bin-2', '2026-02-16T11:58:01Z'),
  ])
  const idsAfter = async (time: string): Promise<string[]> => {
    const { body } = await app.call('GET', `${ALPHA}/bins?receivedAfter=${time}`)
    return body.features.map(({ id }: { id: string }) => id)
  }
  // Measured long before, but new to who looks.
  expect(await idsAfter('2026-02-16T11:58:00Z')).toEqual(['bin-2'])
  expect(await idsAfter('2026-02-16T11:57:59Z')).toEqual(['bin-1', 'bin-2'])
  expect(await idsAfter('2026-02-16T11:58:01Z')).toEqual([])
  expect((await app.call('GET', `${ALPHA}/bins?receivedAfter=soon`)).status).toBe(400)
})
