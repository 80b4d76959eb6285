import { expect, test } from 'vitest'
import { buildGtfs } from '../fixtures/build-gtfs.ts'
import { createTestApp, type TestApp } from '../fixtures/create-test-app.ts'

const ALPHA = '/v1/authorities/alpha'
const ZIP = { 'content-type': 'application/zip' }

async function createAlpha(parts?: Parameters<typeof createTestApp>[0]): Promise<TestApp> {
  const app = await createTestApp(parts)
  await app.createAuthority({ id: 'alpha', published: ['departures'] })
  return app
}

function put(app: TestApp, changes: Parameters<typeof buildGtfs>[0] = {}, key?: string | null) {
  const body = Buffer.from(buildGtfs(changes))
  return app.call('PUT', `${ALPHA}/gtfs`, { body, headers: ZIP, ...(key !== undefined && { key }) })
}

const rename = (version: string) => (text: string) => text.replace('town-1', version)

test('a zip that is put is in use at once, with a report of what it holds', async () => {
  const app = await createAlpha()
  expect(await app.timetables.find('alpha')).toBeUndefined()
  const { status, body } = await put(app, { 'feed_info.txt': null })
  expect(status).toBe(201)
  expect(body).toEqual({
    id: expect.any(String),
    version: expect.stringMatching(/^[0-9a-f]{16}$/),
    stops: 12,
    routes: 3,
    trips: 168,
    stopTimes: 1_344,
    warnings: [expect.objectContaining({ file: 'feed_info.txt', code: 'missing_recommended_file' })],
    warningCount: 1,
  })
  expect((await app.timetables.find('alpha'))?.version).toBe(body.version)
  const { body: versions } = await app.call('GET', `${ALPHA}/gtfs`)
  expect(versions.current).toEqual({
    id: body.id,
    version: body.version,
    importedTime: '2026-02-16T12:00:00.000Z',
    isCurrent: true,
    bytes: expect.any(Number),
    warnings: 1,
  })
  expect(versions.items).toEqual([versions.current])
})

test('the same bytes again are the version that there is', async () => {
  const app = await createAlpha()
  const first = await put(app)
  const again = await put(app)
  expect([first.status, again.status, again.body.id]).toEqual([201, 200, first.body.id])
  await put(app, { 'feed_info.txt': rename('town-2') })
  const back = await put(app)
  expect([back.status, back.body.id]).toEqual([200, first.body.id])
  const { body } = await app.call('GET', `${ALPHA}/gtfs`)
  expect(body.current.id).toBe(first.body.id)
  expect(body.items).toHaveLength(2)
})

test('a bad zip is refused with file, row and column, and the timetable in use stays', async () => {
  const app = await createAlpha()
  const { body: good } = await put(app)
  const bad = await put(app, { 'stops.txt': (text) => text.replace('51.5,', '151.5,') })
  expect(bad.status).toBe(400)
  expect(bad.body).toMatchObject({
    code: 'INVALID_FILE',
    errors: [
      {
        path: 'stops.txt:2:stop_lat',
        message: 'stop_lat is "151.5"; a number of -90 to 90 is allowed (number_out_of_range)',
      },
    ],
  })
  const none = await app.call('PUT', `${ALPHA}/gtfs`, { body: Buffer.from('PK is not enough'), headers: ZIP })
  expect(none.body.errors).toEqual([{ path: '', message: expect.stringContaining('(not_a_zip)') }])
  expect((await app.call('GET', `${ALPHA}/gtfs`)).body.current.id).toBe(good.id)
  expect((await app.timetables.find('alpha'))?.version).toBe('town-1')
})

test('one can go back to a version that is kept', async () => {
  const app = await createAlpha()
  const { body: first } = await put(app)
  await put(app, { 'feed_info.txt': rename('town-2') })
  const changed: string[] = []
  app.timetables.onChange((authority) => changed.push(authority))
  expect((await app.timetables.find('alpha'))?.version).toBe('town-2')
  const back = await app.call('POST', `${ALPHA}/gtfs/${first.id}/current`)
  expect([back.status, back.body]).toMatchObject([200, { id: first.id, isCurrent: true }])
  expect((await app.timetables.find('alpha'))?.version).toBe('town-1')
  expect(changed).toEqual(['alpha'])
  expect((await app.call('POST', `${ALPHA}/gtfs/none/current`)).status).toBe(404)
  const [{ id: newest }] = (await app.call('GET', `${ALPHA}/gtfs`)).body.items
  const statusOf = async (id: string) => (await app.call('DELETE', `${ALPHA}/gtfs/${id}`)).status
  expect([await statusOf(first.id), await statusOf(newest), await statusOf(newest)]).toEqual([409, 204, 404])
})

test('the zip comes back as it was, with an ETag, and 304 for who has it', async () => {
  const app = await createAlpha()
  expect((await app.call('GET', `${ALPHA}/gtfs.zip`)).status).toBe(404)
  await put(app)
  const response = await app.app.inject({ url: `${ALPHA}/gtfs.zip` })
  expect(response.statusCode).toBe(200)
  expect(response.headers).toMatchObject({
    'content-type': 'application/zip',
    'last-modified': 'Mon, 16 Feb 2026 12:00:00 GMT',
    'content-length': String(response.rawPayload.length),
  })
  expect(response.rawPayload.equals(Buffer.from(buildGtfs()))).toBe(true)
  const etag = String(response.headers['etag'])
  const statusWith = async (headers: Record<string, string>) =>
    (await app.call('GET', `${ALPHA}/gtfs.zip`, { key: null, headers })).status
  expect(await statusWith({ 'if-none-match': etag })).toBe(304)
  expect(await statusWith({ 'if-none-match': '"other"' })).toBe(200)
  expect(await statusWith({ 'if-modified-since': 'Mon, 16 Feb 2026 12:00:00 GMT' })).toBe(304)
  expect(await statusWith({ 'if-modified-since': 'Mon, 16 Feb 2026 11:59:59 GMT' })).toBe(200)
})

test('it is read without a key where departures are published, and changed with one that may', async () => {
  const app = await createAlpha()
  await app.createAuthority({ id: 'beta' })
  const operate = await app.createKey('alpha', 'operate')
  const { body } = await put(app, {}, operate)
  const statusOf = async (method: 'GET' | 'PUT' | 'POST', path: string, key: string | null) =>
    (await app.call(method, path, { key, ...(method === 'PUT' && { body: Buffer.from('x'), headers: ZIP }) }))
      .status
  for (const what of ['gtfs', 'gtfs.zip', 'stops'])
    expect(await statusOf('GET', `${ALPHA}/${what}`, null)).toBe(200)
  expect(await statusOf('PUT', `${ALPHA}/gtfs`, null)).toBe(401)
  expect(await statusOf('PUT', `${ALPHA}/gtfs`, await app.createKey('alpha', 'read'))).toBe(403)
  const other = await app.createKey('beta', 'admin')
  expect(await statusOf('PUT', `${ALPHA}/gtfs`, other)).toBe(404)
  expect(await statusOf('POST', `${ALPHA}/gtfs/${body.id}/current`, other)).toBe(404)
  expect(await statusOf('POST', `/v1/authorities/beta/gtfs/${body.id}/current`, other)).toBe(404)
  expect(await statusOf('GET', '/v1/authorities/beta/gtfs.zip', null)).toBe(401)
  expect(await statusOf('GET', '/v1/authorities/beta/gtfs.zip', other)).toBe(404)
})

test('what is too large, or no zip by its type, is refused', async () => {
  const app = await createAlpha({ limits: { gtfsBytes: 1_000 } })
  const large = await put(app)
  expect([large.status, large.body.code]).toEqual([413, 'TOO_LARGE'])
  const json = await app.call('PUT', `${ALPHA}/gtfs`, { body: { zip: true } })
  expect(json.status).toBe(415)
  const elsewhere = await app.call('POST', `${ALPHA}/devices`, { body: Buffer.from('PK'), headers: ZIP })
  expect(elsewhere.status).toBe(415)
})

test('stops are on a map, each with the routes that call there', async () => {
  const app = await createAlpha()
  expect((await app.call('GET', `${ALPHA}/stops`)).body).toEqual({ type: 'FeatureCollection', features: [] })
  await put(app, {
    'stops.txt': (text) =>
      `${text.replace('stop_lon\n', 'stop_lon,location_type,parent_station\n').replaceAll(/(?<=\d)$/gm, ',,')}station,,Central,51.5,0,1,\n`,
  })
  const { headers, body } = await app.call('GET', `${ALPHA}/stops`)
  expect(headers['content-type']).toBe('application/geo+json; charset=utf-8')
  expect(body.features).toHaveLength(12)
  expect(body.features[1]).toEqual({
    type: 'Feature',
    id: 'stop-2',
    geometry: { type: 'Point', coordinates: [0.0144, 51.5] },
    properties: {
      code: '102',
      name: 'Stop 2',
      platformCode: null,
      parentId: null,
      routes: [
        { id: 'R1', shortName: '1', type: 3 },
        { id: 'R2', shortName: '2', type: 3 },
        { id: 'R3', shortName: '3', type: 3 },
      ],
    },
  })
  const again = await app.call('GET', `${ALPHA}/stops`, {
    headers: { 'if-none-match': String(headers['etag']) },
  })
  expect(again.status).toBe(304)
})
