import gtfsRealtime from 'gtfs-realtime-bindings'
import { expect, test } from 'vitest'
import { trackTrip } from '../transit/feed/live-town.ts'
import { createTransitTown, type TransitTown } from './transit-town.ts'

const { FeedMessage, Alert } = gtfsRealtime.transit_realtime
const ALPHA = '/v1/authorities/alpha'
const ALERTS = `${ALPHA}/service-alerts`
const CHANGES = `${ALPHA}/service-changes`
const SNOW = {
  id: 'snow',
  cause: 'WEATHER',
  effect: 'SIGNIFICANT_DELAYS',
  header: [{ language: 'en', text: 'Snow' }, { text: 'Schnee' }],
  activePeriods: [{ start: '2026-02-16T11:00:00+00:00', end: '2026-02-16T13:00:00Z' }],
  informedEntities: [{ routeId: 'R1' }],
}

async function readFeed({ own }: TransitTown, kind: string) {
  const key = await own.createKey('alpha', 'read')
  const headers = { authorization: `Bearer ${key}` }
  const response = await own.app.inject({ method: 'GET', url: `${ALPHA}/gtfs-rt/${kind}`, headers })
  expect(response.statusCode).toBe(200)
  return FeedMessage.decode(response.rawPayload)
}

test('an alert is entered, told while it holds, replaced and deleted', async () => {
  const town = await createTransitTown()
  const { own } = town
  const created = await own.call('POST', ALERTS, { body: SNOW })
  expect(created.status).toBe(201)
  expect(created.headers['location']).toBe(`${ALERTS}/snow`)
  expect(created.body.activePeriods).toEqual([
    { start: '2026-02-16T11:00:00.000Z', end: '2026-02-16T13:00:00.000Z' },
  ])
  expect((await own.call('GET', ALERTS)).body).toEqual({ items: [created.body], next: null })
  expect((await own.call('POST', ALERTS, { body: SNOW })).status).toBe(409)

  const [entity, ...more] = (await readFeed(town, 'alerts')).entity
  expect(more).toEqual([])
  expect(entity?.id).toBe('snow')
  expect(entity?.alert).toMatchObject({
    cause: Alert.Cause.WEATHER,
    effect: Alert.Effect.SIGNIFICANT_DELAYS,
    headerText: { translation: [{ text: 'Snow', language: 'en' }, { text: 'Schnee' }] },
    informedEntity: [{ routeId: 'R1' }],
  })

  const { id: _, ...body } = { ...SNOW, effect: 'NO_SERVICE' }
  const replaced = await own.call('PUT', `${ALERTS}/snow`, { body })
  expect([replaced.status, replaced.body.effect]).toEqual([200, 'NO_SERVICE'])
  expect((await readFeed(town, 'alerts')).entity[0]?.alert?.effect).toBe(Alert.Effect.NO_SERVICE)
  own.clock.advance(3_600)
  expect((await readFeed(town, 'alerts')).entity).toEqual([])
  expect((await own.call('DELETE', `${ALERTS}/snow`)).status).toBe(204)
  expect((await own.call('GET', `${ALERTS}/snow`)).status).toBe(404)
  expect((await own.call('PUT', `${ALERTS}/snow`, { body })).status).toBe(404)
})

test('an alert of an area is told at the stops within it', async () => {
  const town = await createTransitTown()
  const ring = [
    [0.02, 51],
    [0.04, 51],
    [0.04, 52],
    [0.02, 52],
    [0.02, 51],
  ]
  const body = {
    header: [{ text: 'Market day' }],
    informedEntities: [{ area: { type: 'Polygon', coordinates: [ring] }, routeId: 'R1' }],
  }
  const { status, body: created } = await town.own.call('POST', ALERTS, { body })
  expect(status).toBe(201)
  expect(created.id).toMatch(/^[0-9a-f]{16}$/)
  const [entity] = (await readFeed(town, 'alerts')).entity
  expect(entity?.alert?.informedEntity?.map(({ routeId, stopId }) => [routeId, stopId])).toEqual([
    ['R1', 'stop-3'],
    ['R1', 'stop-4'],
    ['R1', 'stop-5'],
  ])
})

test('alerts are told without a timetable, too', async () => {
  const { own } = await createTransitTown()
  const path = '/v1/authorities/beta'
  await own.call('POST', `${path}/service-alerts`, { body: { ...SNOW, activePeriods: [] } })
  const { body } = await own.call('GET', `${path}/gtfs-rt/alerts.json`)
  expect(body.entity).toEqual([expect.objectContaining({ id: 'snow' })])
  expect((await own.call('GET', `${path}/gtfs-rt/trip-updates.json`)).body.entity).toEqual([])
})

test('what is entered wrongly is refused with the place of the fault', async () => {
  const { own } = await createTransitTown()
  const alert = { header: [{ text: 'x' }], informedEntities: [{ routeId: 'R1' }] }
  const added = { type: 'added-trip', tripId: 'x', serviceDates: ['20260216'] }
  const stop = (stopId: string, time: string) => ({ stopId, arrivalTime: time, departureTime: time })
  const wrong: [string, object, string][] = [
    [ALERTS, { ...alert, header: [] }, 'header'],
    [ALERTS, { ...alert, header: [{ text: 'x' }, { text: 'y' }] }, 'header'],
    [ALERTS, { ...alert, effect: 'RAIN' }, 'effect'],
    [ALERTS, { ...alert, informedEntities: [{}] }, 'informedEntities.0'],
    [ALERTS, { ...alert, informedEntities: [{ stopId: 'stop-99' }] }, 'informedEntities.0.stopId'],
    [ALERTS, { ...alert, activePeriods: [{ start: 'noon' }] }, 'activePeriods.0.start'],
    [ALERTS, { ...alert, activePeriods: [{ start: 2_000, end: 1_000 }] }, 'activePeriods.0.end'],
    [ALERTS, { ...alert, color: 'red' }, 'color'],
    [CHANGES, { type: 'strike' }, 'type'],
    [CHANGES, { type: 'cancellation' }, 'tripId'],
    [CHANGES, { type: 'cancellation', tripId: 'x' }, 'tripId'],
    [CHANGES, { type: 'skipped-stops', stopIds: [] }, 'stopIds'],
    [CHANGES, { type: 'skipped-stops', stopIds: ['x'] }, 'stopIds.0'],
    [
      CHANGES,
      { type: 'detour', stops: [{ stopId: 'stop-1', replacementStopId: 'x' }] },
      'stops.0.replacementStopId',
    ],
    [CHANGES, { ...added, routeId: 'R1' }, 'stops'],
    [CHANGES, { ...added, likeTripId: 'R1-weekday-12-0' }, 'startTime'],
    [
      CHANGES,
      { ...added, tripId: 'R1-weekday-12-0', likeTripId: 'R1-weekday-12-0', startTime: '9:00' },
      'tripId',
    ],
    [
      CHANGES,
      { ...added, routeId: 'R1', stops: [stop('stop-1', '09:00'), stop('stop-2', '08:59')] },
      'stops.1.arrivalTime',
    ],
  ]
  for (const [path, body, fault] of wrong) {
    const answer = await own.call('POST', path, { body })
    expect(answer.status, JSON.stringify(body)).toBe(400)
    expect(
      answer.body.errors.map((error: { path: string }) => error.path),
      JSON.stringify(answer.body),
    ).toContain(fault)
  }
})

test('a change holds in the feeds at once, and until it is deleted', async () => {
  const town = await createTransitTown()
  const { own, timetable } = town
  town.know([trackTrip(timetable, { tripId: 'R1-weekday-12-0' })])
  const idsOf = async () => (await readFeed(town, 'trip-updates')).entity.map(({ id }) => id)
  expect(await idsOf()).toEqual(['R1-weekday-12-0:20260216'])
  const header = [{ language: 'en', text: 'No bus at one' }]
  const body = { id: 'c', type: 'cancellation', tripId: 'R1-weekday-13-0', header }
  expect((await own.call('POST', CHANGES, { body })).status).toBe(201)
  expect(await idsOf()).toEqual(['R1-weekday-12-0:20260216', 'R1-weekday-13-0:20260216'])
  const [alert] = (await readFeed(town, 'alerts')).entity
  expect(alert).toMatchObject({ id: 'change-c', alert: { effect: Alert.Effect.NO_SERVICE } })
  await own.call('DELETE', `${CHANGES}/c`)
  expect(await idsOf()).toEqual(['R1-weekday-12-0:20260216'])
})

test('what is entered while the feeds of a large town are being made is in the next answer', async () => {
  const town = await createTransitTown()
  const { own, timetable } = town
  // More trips than are put together in one turn: copies of one, of days that the feed tells apart.
  const one = trackTrip(timetable, { tripId: 'R1-weekday-12-0' })
  const many = Array.from({ length: 3_000 }, (_, index) => ({
    ...one,
    serviceDate: String(20270000 + index),
  }))
  const idsOf = async (kind: string) => (await readFeed(town, kind)).entity.map(({ id }) => id)
  for (let round = 0; round < 5; round += 1) {
    town.know([...many, { ...one, vehicleLabel: `Bus ${round}` }])
    const body = {
      id: `c${round}`,
      type: 'cancellation',
      tripId: 'R1-weekday-13-0',
      header: [{ text: 'No' }],
    }
    const before = [idsOf('trip-updates'), idsOf('alerts')]
    expect((await own.call('POST', CHANGES, { body })).status).toBe(201)
    expect(await idsOf('trip-updates')).toContain('R1-weekday-13-0:20260216')
    expect(await idsOf('alerts')).toContain(`change-c${round}`)
    await Promise.all(before)
    await own.call('DELETE', `${CHANGES}/c${round}`)
    expect(await idsOf('trip-updates')).not.toContain('R1-weekday-13-0:20260216')
  }
})

test('the document says that an id need not be given', async () => {
  const { own } = await createTransitTown()
  const { schemas } = (await own.call('GET', '/openapi.json', { key: null })).body.components
  for (const name of ['ServiceAlert', 'ServiceChange']) {
    const variants = (given: string) => schemas[given].oneOf ?? schemas[given].anyOf ?? [schemas[given]]
    const given = Object.keys(schemas).find((key) => key.startsWith(`New${name}`)) ?? ''
    for (const variant of variants(given)) expect(variant.required).not.toContain('id')
    for (const variant of variants(name)) expect(variant.required).toContain('id')
  }
})

test('operators enter them, and readers do not', async () => {
  const { own } = await createTransitTown()
  const [reader, operator] = [await own.createKey('alpha', 'read'), await own.createKey('alpha', 'operate')]
  expect((await own.call('POST', ALERTS, { key: reader, body: SNOW })).status).toBe(403)
  expect((await own.call('POST', ALERTS, { key: operator, body: SNOW })).status).toBe(201)
  expect((await own.call('GET', `${ALERTS}/snow`, { key: reader })).status).toBe(200)
  expect((await own.call('PUT', `${ALERTS}/snow`, { key: reader, body: SNOW })).status).toBe(403)
  expect((await own.call('DELETE', `${ALERTS}/snow`, { key: reader })).status).toBe(403)
  const { items } = (await own.call('GET', `${ALPHA}/audit`)).body
  expect(items.map(({ action }: { action: string }) => action)).toContain('service_alert.create')
})
