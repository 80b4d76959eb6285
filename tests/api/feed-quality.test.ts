import { expect, onTestFinished, test } from 'vitest'
import { createTimetables } from '../../api/timetables.ts'
import { silentLogger } from '../../model/logger.ts'
import { buildGtfs } from '../fixtures/build-gtfs.ts'
import { createTestApp } from '../fixtures/create-test-app.ts'
import { trackTrip } from '../transit/feed/live-town.ts'
import { createTransitTown } from './transit-town.ts'

const ALPHA = '/v1/authorities/alpha'
const PATH = `${ALPHA}/feed-quality`

test('the feeds are checked as they are served, without a key where departures are published', async () => {
  const { own, timetable, know } = await createTransitTown()
  expect((await own.call('GET', PATH, { key: null })).status).toBe(401)
  await own.call('PATCH', ALPHA, { body: { published: ['departures'] } })
  know([trackTrip(timetable, { tripId: 'R1-weekday-12-0', delaySeconds: 60 })])
  const { status, body } = await own.call('GET', PATH, { key: null })
  expect(status).toBe(200)
  const nothing = { errors: [], warnings: [], timestamp: '2026-02-16T12:00:00.000Z', ageSeconds: 0 }
  expect(body.feeds).toMatchObject([
    { name: 'trip-updates', entities: 1, ...nothing },
    { name: 'vehicle-positions', entities: 1, ...nothing },
    { name: 'alerts', entities: 0, ...nothing },
  ])
})

test('what is wrong is told by its rule, and checked anew after 30 seconds', async () => {
  const { own, timetable, know } = await createTransitTown()
  const trip = trackTrip(timetable, { tripId: 'R1-weekday-12-0' })
  know([{ ...trip, routeId: 'R9' }])
  const first = await own.call('GET', PATH)
  expect(first.body.feeds[0].errors).toMatchObject([
    { rule: 'E004', count: 1, example: expect.stringContaining('R9') },
    { rule: 'E035' },
  ])
  own.clock.advance(29)
  know([trip])
  expect((await own.call('GET', PATH)).text).toBe(first.text)
  own.clock.advance(2)
  know([trip])
  const next = (await own.call('GET', PATH)).body
  expect(next.time).toBe('2026-02-16T12:00:31.000Z')
  expect(next.feeds[0].errors).toEqual([])
})

test('of the timetable in use the warnings of its import are told, also after a restart', async () => {
  const own = await createTestApp()
  await own.createAuthority({ id: 'alpha' })
  expect((await own.call('GET', PATH)).body.timetable).toBeNull()
  const zip = buildGtfs({ 'agency.txt': (text) => `\uFEFF${text}` })
  const put = await own.call('PUT', `${ALPHA}/gtfs`, {
    body: Buffer.from(zip),
    headers: { 'content-type': 'application/zip' },
  })
  own.clock.advance(31)
  const { timetable } = (await own.call('GET', PATH)).body
  expect(timetable).toMatchObject({
    version: 'town-1',
    importedTime: '2026-02-16T12:00:00.000Z',
    firstDate: '20260101',
    lastDate: '20261231',
    errors: [],
    warningCount: put.body.warningCount,
  })
  expect(timetable.warnings).toMatchObject([{ rule: 'byte_order_mark', count: 1, example: 'agency.txt' }])

  for (const [time, rule] of [
    ['2026-12-24T12:00:00Z', 'byte_order_mark'],
    ['2026-12-25T12:00:00Z', 'feed_expiration_date7_days'],
    ['2027-01-01T12:00:00Z', 'expired_calendar'],
  ] as const) {
    own.clock.set(Date.parse(time))
    expect((await own.call('GET', PATH)).body.timetable.warnings[0]).toMatchObject({ rule, count: 1 })
  }

  const later = createTimetables({ registry: own.registry, clock: own.clock, logger: silentLogger })
  onTestFinished(() => later.close())
  await later.find('alpha')
  expect(later.findWarnings('alpha')?.warnings).toEqual(put.body.warnings)
})
