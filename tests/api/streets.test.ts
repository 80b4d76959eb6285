import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { type GraphRoads, openGraphRoads } from '../../rounds/roads/graph-roads.ts'
import { buildTownRoads } from '../../wiring/build-town-roads.ts'
import { createTestApp, openTestApp, type TestApp } from '../fixtures/create-test-app.ts'
import { readVectorTile } from '../fixtures/read-vector-tile.ts'

const STREETS = '/v1/authorities/alpha/streets'
const TOWN = { z: 14, x: 8081, y: 5392 }

describe('the streets of an authority', () => {
  let roads: GraphRoads
  let app: TestApp
  beforeAll(async () => {
    roads = openGraphRoads({ graph: buildTownRoads(1), threads: 1 })
    app = await openTestApp({ roads })
    await app.createAuthority({ id: 'alpha', published: ['departures'] })
    await app.createAuthority({ id: 'beta' })
  })
  afterAll(async () => {
    await app.close()
    await roads.close()
  })

  test('are described as TileJSON, with addresses that lead to the tiles', async () => {
    const headers = { host: 'kerbside.example.com' }
    const { status, body } = await app.call('GET', STREETS, { key: null, headers })
    expect(status).toBe(200)
    expect(body).toMatchObject({ tilejson: '3.0.0', minzoom: 5, maxzoom: 14 })
    expect(body.vector_layers.map(({ id }: { id: string }) => id)).toEqual(['streets'])
    // Nobody has to be named for a town that is made up.
    expect(body).not.toHaveProperty('attribution')
    const [west, south, east, north] = body.bounds
    expect([west < -2.418, -2.418 < east, south < 52.262, 52.262 < north]).toEqual([true, true, true, true])
    expect(body.tiles).toEqual(['http://kerbside.example.com/v1/authorities/alpha/streets/{z}/{x}/{y}.mvt'])
    const [, path] = body.tiles[0].split('kerbside.example.com')
    const tile = path.replace('{z}', TOWN.z).replace('{x}', TOWN.x).replace('{y}', TOWN.y)
    expect((await app.call('GET', tile, { key: null })).status).toBe(200)
  })

  test('are tiles that a client keeps, and that are not sent again', async () => {
    const url = `${STREETS}/14/8081/5392.mvt`
    const first = await app.app.inject({ url })
    expect(first.headers).toMatchObject({
      'content-type': 'application/vnd.mapbox-vector-tile',
      'cache-control': 'public, max-age=3600',
    })
    const { streets } = readVectorTile(first.rawPayload)
    expect(streets?.features.length).toBeGreaterThan(20)
    const etag = String(first.headers.etag)
    const second = await app.app.inject({ url, headers: { 'if-none-match': etag } })
    expect([second.statusCode, second.headers.etag, second.rawPayload.length]).toEqual([304, etag, 0])
    const packed = await app.app.inject({ url, headers: { 'accept-encoding': 'gzip' } })
    expect(packed.headers['content-encoding']).toBe('gzip')
    expect(packed.rawPayload.length).toBeLessThan(first.rawPayload.length)
  })

  test('are nothing where no street is', async () => {
    const { status, text, headers } = await app.call('GET', `${STREETS}/14/0/0.mvt`, { key: null })
    expect([status, text, headers['cache-control']]).toEqual([204, '', 'public, max-age=3600'])
  })

  test('are read with a key where nothing is published', async () => {
    for (const path of ['', '/14/8081/5392.mvt']) {
      const url = `/v1/authorities/beta/streets${path}`
      expect((await app.call('GET', url, { key: null })).status).toBe(401)
      const key = await app.createKey('beta', 'read')
      const { status, headers } = await app.call('GET', url, { key })
      expect(status).toBe(200)
      expect(headers['cache-control']).toContain('private')
    }
  })

  test.each([
    ['4/0/0', 'z'],
    ['15/0/0', 'z'],
    ['14/16384/0', 'x'],
    ['14/0/16384', 'y'],
    ['14/-1/0', 'x'],
    ['14/1.5/0', 'x'],
    ['14/abc/0', 'x'],
  ])('at %s are refused with what is wrong', async (tile, path) => {
    const { status, body } = await app.call('GET', `${STREETS}/${tile}.mvt`)
    expect([status, body.code]).toEqual([400, 'INVALID_REQUEST'])
    expect(JSON.stringify(body.errors)).toContain(`${path}"`)
  })
})

test('without a map, no streets are told of, and what to do is', async () => {
  const app = await createTestApp()
  await app.createAuthority({ id: 'alpha' })
  for (const path of ['', '/14/8081/5392.mvt']) {
    const { status, body } = await app.call('GET', `${STREETS}${path}`)
    expect([status, body.code]).toEqual([404, 'NOT_FOUND'])
    expect(body.detail).toContain('kerbside import osm')
  }
})

test('an imported map names who drew it', async () => {
  const graph = buildTownRoads(1)
  const attribution = '© OpenStreetMap contributors'
  const roads = openGraphRoads({ graph: { ...graph, about: { ...graph.about, attribution } }, threads: 1 })
  onTestFinished(() => roads.close())
  const app = await createTestApp({ roads })
  await app.createAuthority({ id: 'alpha' })
  expect((await app.call('GET', STREETS)).body.attribution).toBe(attribution)
})
