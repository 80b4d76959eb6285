import { expect, test } from 'vitest'
import { buildGtfs } from '../fixtures/build-gtfs.ts'
import { createTransitTown } from './transit-town.ts'

const ALPHA = '/v1/authorities/alpha'
const LICENCE = 'https://creativecommons.org/licenses/by/4.0/'
const LINK = `<${LICENCE}>; rel="license"`
const BOARD = `${ALPHA}/stops/stop-6/departures`

async function openTown() {
  const { own } = await createTransitTown()
  const put = await own.call('PUT', `${ALPHA}/gtfs`, {
    body: Buffer.from(buildGtfs()),
    headers: { 'content-type': 'application/zip' },
  })
  expect(put.status).toBe(201)
  const published = ['departures', 'gtfs', 'gtfs-rt']
  await own.call('PATCH', ALPHA, { body: { published } })
  return own
}

test('data is served with its licence, and with whom to name where the shape allows it', async () => {
  const own = await openTown()
  const before = await own.call('GET', BOARD, { key: null })
  expect(before.headers['link']).toBeUndefined()
  expect(Object.keys(before.body)).toEqual(['stop', 'generatedTime', 'items', 'stopName', 'timeZone'])
  const terms = { licence: LICENCE, attribution: 'Town of Alpha' }
  expect((await own.call('PATCH', ALPHA, { body: terms })).body).toMatchObject(terms)
  for (const key of [null, await own.createKey('alpha', 'read')]) {
    for (const path of [
      '/gtfs.zip',
      '/gtfs-rt/trip-updates',
      '/gtfs-rt/vehicle-positions.json',
      '/gtfs-rt/alerts.pb',
      '/siri/stop-monitoring.json?MonitoringRef=stop-6',
    ]) {
      const { status, headers } = await own.call('GET', `${ALPHA}${path}`, { key })
      expect({ path, status, link: headers['link'] }).toEqual({ path, status: 200, link: LINK })
    }
    for (const path of ['/stops', '/stops/stop-6/departures']) {
      const { headers, body } = await own.call('GET', `${ALPHA}${path}`, { key })
      expect(headers['link']).toBe(LINK)
      expect(body).toMatchObject(terms)
    }
  }
  const { headers } = await own.call('GET', BOARD, { key: null })
  expect(headers['etag']).not.toBe(before.headers['etag'])
  const same = await own.call('GET', BOARD, { headers: { 'if-none-match': String(headers['etag']) } })
  expect(same).toMatchObject({ status: 304, headers: { link: LINK } })
  // What concerns nobody else is not licensed.
  expect((await own.call('GET', ALPHA)).headers['link']).toBeUndefined()
})

test('the terms are taken back with null', async () => {
  const own = await openTown()
  await own.call('PATCH', ALPHA, { body: { licence: LICENCE, attribution: 'Town of Alpha' } })
  const { body } = await own.call('PATCH', ALPHA, { body: { licence: null } })
  expect(body).toMatchObject({ attribution: 'Town of Alpha' })
  expect(body).not.toHaveProperty('licence')
  const stops = await own.call('GET', `${ALPHA}/stops`, { key: null })
  expect(stops.headers['link']).toBeUndefined()
  expect(stops.body).not.toHaveProperty('licence')
})

test.each(['ftp://licence.example', 'https://licence.example/>; rel="next"', 'CC-BY', ''])(
  'a licence is an address that fits into a header, which %j is not',
  async (licence) => {
    const own = await openTown()
    expect((await own.call('PATCH', ALPHA, { body: { licence } })).status).toBe(400)
  },
)
