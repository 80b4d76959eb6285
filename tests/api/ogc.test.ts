import type { AddressInfo } from 'node:net'
import { describe, expect, test } from 'vitest'
import { buildGtfs } from '../fixtures/build-gtfs.ts'
import { createReading } from '../fixtures/create-reading.ts'
import { createTestApp } from '../fixtures/create-test-app.ts'
import { hasJudge, runJudge } from '../fixtures/run-judge.ts'

const OGC = '/v1/authorities/alpha/ogc'
const LICENCE = 'https://creativecommons.org/licenses/by/4.0/'

/** Alpha at noon of 16 February 2026, which publishes three bins and a counter, and keeps its displays to itself. */
async function createAlpha() {
  const app = await createTestApp()
  await app.createAuthority({
    id: 'alpha',
    name: 'Town of <Alpha>',
    published: ['bins', 'counters'],
    licence: LICENCE,
    attribution: 'Town of Alpha',
  })
  await app.call('POST', '/v1/authorities/alpha/devices', {
    body: [
      {
        id: 'bin-1',
        kind: 'bin',
        name: 'Quay',
        longitude: -1.55,
        latitude: 53.8,
        settings: { stream: 'paper' },
      },
      { id: 'bin-2', kind: 'bin', longitude: -1.54, latitude: 53.81, settings: { stream: 'glass' } },
      { id: 'bin-3', kind: 'bin', uprn: '1', longitude: -1.53, latitude: 53.82 },
      { id: 'bin-4', kind: 'bin' },
      { id: 'counter-1', kind: 'traffic', longitude: -1.55, latitude: 53.8 },
      { id: 'sign-1', kind: 'display' },
    ],
  })
  await app.store.write([
    createReading({
      device: 'bin-1',
      time: '2026-02-16T11:59:00Z',
      fields: { fillPercent: 60, batteryPercent: 9 },
    }),
    createReading({ device: 'bin-2', time: '2026-02-16T09:00:00Z', fields: { fillPercent: 10 } }),
  ])
  const get = (path: string, headers?: Record<string, string>) =>
    app.call('GET', `${OGC}${path}`, { key: null, ...(headers && { headers }) })
  return { ...app, get }
}

test('from the landing page a client finds what is published, and nothing else', async () => {
  const app = await createAlpha()
  const landing = await app.get('')
  expect(landing.status).toBe(200)
  const rels = landing.body.links.map(({ rel }: { rel: string }) => rel)
  expect(rels).toEqual(expect.arrayContaining(['self', 'service-desc', 'service-doc', 'conformance', 'data']))
  const { body } = await app.get('/collections')
  expect(body.collections.map(({ id }: { id: string }) => id)).toEqual(['bins', 'counters'])
  expect(body.collections[0]).toMatchObject({
    attribution: 'Town of Alpha',
    extent: {
      spatial: { bbox: [[-1.55, 53.8, -1.54, 53.81]] },
      temporal: { interval: [['2026-02-16T09:00:00.000Z', '2026-02-16T11:59:00.000Z']] },
    },
  })
  expect((await app.get('/collections/displays')).status).toBe(404)
  expect((await app.get('/collections/displays/items')).status).toBe(404)
  expect((await app.call('GET', `${OGC}/collections/displays`)).status).toBe(200)
  const all = await app.call('GET', `${OGC}/collections`)
  expect(all.body.collections).toHaveLength(5)
})

test('items are GeoJSON with their terms and how old they are', async () => {
  const app = await createAlpha()
  const { headers, body } = await app.get('/collections/bins/items')
  expect(headers['content-type']).toBe('application/geo+json; charset=utf-8')
  expect(headers['link']).toBe(`<${LICENCE}>; rel="license"`)
  expect(body).toMatchObject({
    licence: LICENCE,
    attribution: 'Town of Alpha',
    timeStamp: '2026-02-16T12:00:00.000Z',
    numberMatched: 3,
    numberReturned: 3,
  })
  expect(body.features[0]).toEqual({
    type: 'Feature',
    id: 'bin-1',
    geometry: { type: 'Point', coordinates: [-1.55, 53.8] },
    properties: {
      name: 'Quay',
      time: '2026-02-16T11:59:00.000Z',
      ageSeconds: 60,
      isSilent: false,
      fillPercent: 60,
      stream: 'paper',
    },
  })
  const own = await app.call('GET', `${OGC}/collections/bins/items`)
  expect(own.body).toMatchObject({ numberMatched: 4 })
  expect(own.body.features[0].properties).toMatchObject({ batteryPercent: 9 })
})

test('items are chosen by place, time and properties, and come in pages', async () => {
  const app = await createAlpha()
  const idsOf = async (query: string) =>
    (await app.get(`/collections/bins/items?${query}`)).body.features.map(({ id }: { id: string }) => id)
  expect(await idsOf('bbox=-1.56,53.79,-1.545,53.805')).toEqual(['bin-1'])
  expect(await idsOf('datetime=2026-02-16T10:00:00Z/..')).toEqual(['bin-1'])
  expect(await idsOf('stream=glass')).toEqual(['bin-2'])
  expect(await idsOf('limit=100000')).toEqual(['bin-1', 'bin-2', 'bin-4'])
  const first = (await app.get('/collections/bins/items?limit=2&f=json')).body
  expect(first).toMatchObject({ numberMatched: 3, numberReturned: 2 })
  const next = new URL(first.links.find(({ rel }: { rel: string }) => rel === 'next').href)
  const second = (await app.call('GET', `${next.pathname}${next.search}`, { key: null })).body
  expect(second.features.map(({ id }: { id: string }) => id)).toEqual(['bin-4'])
  expect(second.links.map(({ rel }: { rel: string }) => rel)).not.toContain('next')
})

test.each([
  'bbox=1,2,3',
  'datetime=soon',
  'limit=0',
  'limit=x',
  'f=xml',
  'colour=red',
  'bbox-crs=x',
  'routeId=1',
  'f=json&f=html',
])('a query of %s is 400, and says what is wrong', async (query) => {
  const app = await createAlpha()
  const { status, body } = await app.get(`/collections/bins/items?${query}`)
  expect([status, body.code]).toEqual([400, 'INVALID_REQUEST'])
  expect(body.errors).not.toEqual([])
})

test('who has the items is not sent them again while only their ages grow', async () => {
  const app = await createAlpha()
  for (const path of [
    '/collections/bins/items',
    '/collections/bins/items/bin-1',
    '/collections/bins/items?f=html',
  ]) {
    const first = await app.get(path)
    const headers = { 'if-none-match': String(first.headers['etag']) }
    app.clock.advance(5)
    expect([path, (await app.get(path, headers)).status]).toEqual([path, 304])
  }
  const json = await app.get('/collections/bins/items')
  const asPage = await app.get('/collections/bins/items?f=html', {
    'if-none-match': String(json.headers['etag']),
  })
  expect(asPage.status).toBe(200)
})

test('browsers get pages, without scripts, whatever names have in them', async () => {
  const app = await createAlpha()
  await app.call('PATCH', '/v1/authorities/alpha/devices/bin-1', {
    body: { name: '<script>alert(1)</script>' },
  })
  const accept = { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' }
  for (const path of [
    '',
    '/',
    '/conformance',
    '/collections',
    '/collections/bins',
    '/collections/bins/items',
    '/collections/bins/items/bin-1',
  ]) {
    const { status, headers, text } = await app.get(path, accept)
    expect([path, status, headers['content-type']]).toEqual([path, 200, 'text/html; charset=utf-8'])
    expect(headers['content-security-policy']).toContain("default-src 'none'")
    expect(text).toContain('Town of &lt;Alpha&gt;')
    expect(text).not.toMatch(/<script/)
    expect((await app.get(path, { accept: '*/*' })).headers['content-type']).toContain('json')
  }
  expect((await app.get('/collections/bins/items', accept)).text).toContain('Source: Town of Alpha')
})

test('stops are there where departures or a timetable are published', async () => {
  const app = await createAlpha()
  await app.call('PUT', '/v1/authorities/alpha/gtfs', {
    body: Buffer.from(buildGtfs()),
    headers: { 'content-type': 'application/zip' },
  })
  expect((await app.get('/collections/stops')).status).toBe(404)
  const publication = { gtfs: { licence: 'https://licence.example/gtfs', title: 'Stops of Alpha' } }
  await app.call('PATCH', '/v1/authorities/alpha', { body: { published: ['gtfs'], publication } })
  const { body } = await app.get('/collections/stops/items?limit=1&datetime=2026-02-16T00:00:00Z/..')
  expect(body).toMatchObject({ licence: 'https://licence.example/gtfs', numberReturned: 1 })
  expect(body.features[0].properties).toMatchObject({ name: expect.any(String), routes: expect.any(Array) })
  expect((await app.get('/collections/bins')).status).toBe(404)
})

test('where nothing of it is published, it takes a key', async () => {
  const app = await createTestApp()
  await app.createAuthority({ id: 'alpha', published: ['rounds'] })
  for (const path of ['', '/collections', '/collections/bins/items']) {
    expect((await app.call('GET', `${OGC}${path}`, { key: null })).status).toBe(401)
  }
})

const READ_WITH_OWSLIB = `
import json, sys
from owslib.ogcapi.features import Features
api = Features(sys.argv[1])
items = api.collection_items('bins', limit=2)
box = api.collection_items('bins', bbox=[-1.56, 53.79, -1.545, 53.805])
item = api.collection_item('bins', 'bin-1')
print(json.dumps({
  'conformance': api.conformance()['conformsTo'],
  'paths': sorted(api.api()['paths']),
  'collections': api.feature_collections(),
  'title': api.collection('bins')['title'],
  'matched': items['numberMatched'],
  'ids': [feature['id'] for feature in items['features']],
  'box': [feature['id'] for feature in box['features']],
  'item': item['properties']['name'],
}))
`

describe.skipIf(!hasJudge('owslib.ogcapi.features'))('OWSLib', () => {
  test('reads the collections and their items', async () => {
    const app = await createAlpha()
    await app.app.listen({ host: '127.0.0.1', port: 0 })
    const { port } = app.app.server.address() as AddressInfo
    const read = await runJudge(READ_WITH_OWSLIB, `http://127.0.0.1:${port}${OGC}`)
    expect(read).toMatchObject({
      conformance: expect.arrayContaining([expect.stringMatching(/conf\/core$/)]),
      paths: expect.arrayContaining(['/collections/bins/items']),
      collections: ['bins', 'counters'],
      title: 'Bins',
      matched: 3,
      ids: ['bin-1', 'bin-2'],
      box: ['bin-1'],
      item: 'Quay',
    })
  })
})
