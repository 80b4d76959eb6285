import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import gtfsRealtime from 'gtfs-realtime-bindings'
import { expect, test } from 'vitest'
import type { Reading } from '../../model/reading.ts'
import { createTestApp, type TestApp } from '../fixtures/create-test-app.ts'

const { FeedMessage } = gtfsRealtime.transit_realtime
const PATH = '/v1/authorities/alpha/gtfs-rt/vehicle-positions'

async function createFleet(count: number): Promise<TestApp> {
  const own = await createTestApp()
  await own.createAuthority({ id: 'alpha' })
  await own.createAuthority({ id: 'beta' })
  for (const authority of ['alpha', 'beta']) {
    await own.registry.createDevices(
      authority,
      Array.from({ length: count }, (_, index) => ({
        id: `bus-${index}`,
        kind: 'vehicle' as const,
        name: authority,
        longitude: null,
        latitude: null,
        uprn: null,
        usrn: null,
        stopIds: [],
        settings: {},
      })),
      'installation',
    )
  }
  await own.directory.refresh()
  return own
}

async function drive(own: TestApp, count: number, authority = 'alpha'): Promise<void> {
  const now = own.clock.now()
  await own.store.write(
    Array.from(
      { length: count },
      (_, index): Reading => ({
        authority,
        kind: 'vehicle',
        device: `bus-${index}`,
        part: '',
        time: now,
        receivedTime: now,
        fields: { longitude: 13 + index / 1000, latitude: 52, tripId: `trip-${index}` },
      }),
    ),
  )
}

async function read(own: TestApp, path: string, headers: Record<string, string> = {}) {
  const key = await own.createKey('alpha', 'read')
  const url = `${PATH}${path}`
  return own.app.inject({ method: 'GET', url, headers: { authorization: `Bearer ${key}`, ...headers } })
}

test('the feed decodes with the bindings and has every vehicle of the authority, and no other', async () => {
  const own = await createFleet(5)
  await drive(own, 3)
  await drive(own, 5, 'beta')
  for (const path of ['', '.pb']) {
    const response = await read(own, path)
    expect(response.statusCode).toBe(200)
    expect(response.headers['content-type']).toBe('application/x-protobuf')
    const { entity } = FeedMessage.decode(response.rawPayload)
    expect(entity.map(({ id }) => id)).toEqual(['bus-0', 'bus-1', 'bus-2'])
    expect(entity[2]?.vehicle?.vehicle?.label).toBe('alpha')
    expect(entity[2]?.vehicle?.position?.longitude).toBeCloseTo(13.002, 5)
  }
  const { body } = await own.call('GET', `${PATH}.json`)
  expect(body.entity[0].vehicle.trip).toEqual({ tripId: 'trip-0' })
  expect(body.header.incrementality).toBe('FULL_DATASET')
})

test('a feed without vehicles is a feed with a header', async () => {
  const own = await createFleet(1)
  const message = FeedMessage.decode((await read(own, '')).rawPayload)
  expect(message.entity).toEqual([])
  expect(Number(message.header.timestamp)).toBe(own.clock.now() / 1000)
})

test('it is served again until it changes: 304 by ETag and by date', async () => {
  const own = await createFleet(2)
  await drive(own, 2)
  const first = await read(own, '')
  const etag = String(first.headers.etag)
  const modified = String(first.headers['last-modified'])
  expect(Date.parse(modified)).toBe(own.clock.now())
  const same = await read(own, '', { 'if-none-match': etag })
  expect(same.statusCode).toBe(304)
  expect(same.rawPayload).toHaveLength(0)
  expect(same.headers.etag).toBe(etag)
  expect((await read(own, '', { 'if-modified-since': modified })).statusCode).toBe(304)
  expect((await read(own, '.json', { 'if-none-match': etag })).statusCode).toBe(304)
  // Where both are sent, the tag alone counts.
  const other = { 'if-modified-since': modified, 'if-none-match': '"other"' }
  expect((await read(own, '', other)).statusCode).toBe(200)

  own.clock.advance(5)
  await drive(own, 1)
  const second = await read(own, '', { 'if-none-match': etag, 'if-modified-since': modified })
  expect(second.statusCode).toBe(200)
  expect(Date.parse(String(second.headers['last-modified']))).toBe(own.clock.now())
  const moved = await read(own, '', { 'if-modified-since': modified })
  expect(moved.statusCode).toBe(200)
})

test('within a second the store is asked once, and one that fails is asked again at once', async () => {
  const own = await createFleet(2)
  await drive(own, 2)
  await Promise.all(Array.from({ length: 20 }, () => read(own, '')))
  await drive(own, 1)
  const kept = FeedMessage.decode((await read(own, '')).rawPayload)
  expect(kept.entity).toHaveLength(2)
  await own.store.close()
  own.clock.advance(1)
  expect((await read(own, '')).statusCode).toBe(503)
  expect((await read(own, '')).statusCode).toBe(503)
})

test('the feed is compressed for who can read that', async () => {
  const own = await createFleet(100)
  await drive(own, 100)
  const plain = await read(own, '')
  const gzipped = await read(own, '', { 'accept-encoding': 'gzip' })
  expect(gzipped.headers['content-encoding']).toBe('gzip')
  expect(gunzipSync(gzipped.rawPayload)).toEqual(plain.rawPayload)
  expect(gzipped.rawPayload.length).toBeLessThan(plain.rawPayload.length / 2)
  const brotli = await read(own, '.json', { 'accept-encoding': 'br' })
  expect(JSON.parse(brotliDecompressSync(brotli.rawPayload).toString()).entity).toHaveLength(100)
})

test('it takes a key of the authority, unless the authority has published it', async () => {
  const own = await createFleet(1)
  expect((await own.call('GET', PATH, { key: null })).status).toBe(401)
  expect((await own.call('GET', PATH, { key: await own.createKey('beta', 'admin') })).status).toBe(404)
  await own.registry.updateAuthority('alpha', { published: ['gtfs-rt'] }, 'installation')
  expect((await own.call('GET', PATH, { key: null })).status).toBe(200)
  expect((await own.call('GET', '/v1/authorities/none/gtfs-rt/vehicle-positions')).status).toBe(404)
})
