import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import gtfsRealtime from 'gtfs-realtime-bindings'
import { expect, onTestFinished, test } from 'vitest'
import { buildGtfs } from '../fixtures/build-gtfs.ts'
import { createTestApp } from '../fixtures/create-test-app.ts'
import { type ReceivedEvent, readEvents } from '../fixtures/read-events.ts'
import { NOON, trackTrip } from '../transit/feed/live-town.ts'
import { createTransitTown, type TransitTown } from './transit-town.ts'

const { FeedMessage, TripUpdate } = gtfsRealtime.transit_realtime
const ALPHA = '/v1/authorities/alpha'
const PATH = `${ALPHA}/stops/stop-6/departures`

/** A listening server, and the events of a stop from it; the stream ends with the test. */
async function watch({ own }: TransitTown, path = PATH, headers: Record<string, string> = {}) {
  const url = await own.app.listen({ host: '127.0.0.1', port: 0 }).catch(() => own.app.listeningOrigin)
  const key = await own.createKey('alpha', 'read')
  const closing = new AbortController()
  onTestFinished(() => closing.abort())
  const response = await fetch(`${url}${path}/events?minutes=40`, {
    headers: { authorization: `Bearer ${key}`, ...headers },
    signal: closing.signal,
  })
  const events = readEvents(response.body as ReadableStream<Uint8Array>)
  const next = async (): Promise<ReceivedEvent> => {
    const { value } = await events.next()
    if (!value) throw new Error('the stream has ended')
    return value
  }
  return { response, next, close: () => closing.abort() }
}

test('the departures of a stop are told with and without anything live', async () => {
  const town = await createTransitTown()
  const { own, timetable } = town
  const first = await own.call('GET', `${PATH}?minutes=10&limit=1`)
  expect(first.status).toBe(200)
  expect(first.body).toEqual({
    stop: 'stop-6',
    stopName: 'Stop 6',
    timeZone: 'UTC',
    generatedTime: '2026-02-16T12:00:00.000Z',
    items: [expect.objectContaining({ departureId: 'R3-weekday-12-0.20260216.3', state: 'timetable' })],
  })
  town.know([trackTrip(timetable, { tripId: 'R1-weekday-12-0', delaySeconds: -200 })])
  const { body } = await own.call('GET', `${PATH}?minutes=10&limit=1`)
  expect(body.items).toEqual([
    {
      departureId: 'R1-weekday-12-0.20260216.6',
      tripId: 'R1-weekday-12-0',
      routeId: 'R1',
      routeShortName: '1',
      headsign: 'East Quay',
      aimedDepartureTime: '2026-02-16T12:05:00.000Z',
      expectedDepartureTime: '2026-02-16T12:01:56.000Z',
      earliestTime: '2026-02-16T12:01:16.000Z',
      latestTime: '2026-02-16T12:03:06.000Z',
      state: 'live',
      ageSeconds: 12,
      vehicleId: 'bus-R1-weekday-12-0',
    },
  ])
  const later = await own.call('GET', `${PATH}?from=2026-02-17T08:00:00Z&minutes=10`)
  expect(later.body.items.map(({ departureId }: { departureId: string }) => departureId)).toEqual([
    'R3-weekday-8-0.20260217.3',
    'R1-weekday-8-0.20260217.6',
  ])
})

test('a timetable that was put has departures at once, without a tracker', async () => {
  const own = await createTestApp()
  await own.createAuthority({ id: 'alpha' })
  expect((await own.call('GET', PATH)).status).toBe(404)
  const put = await own.app.inject({
    method: 'PUT',
    url: `${ALPHA}/gtfs`,
    headers: {
      authorization: `Bearer ${await own.createKey('alpha', 'admin')}`,
      'content-type': 'application/zip',
    },
    payload: Buffer.from(buildGtfs()),
  })
  expect(put.statusCode, put.body).toBe(201)
  const { body } = await own.call('GET', `${PATH}?minutes=10`)
  expect(body.items.map(({ state }: { state: string }) => state)).toEqual(['timetable', 'timetable'])
  const feed = await own.call('GET', `${ALPHA}/gtfs-rt/trip-updates.json`)
  expect(feed.body).toMatchObject({ header: { feedVersion: 'town-1' }, entity: [] })
})

test('what is asked for wrongly, or is not there, is said', async () => {
  const { own } = await createTransitTown()
  expect((await own.call('GET', `${ALPHA}/stops/nowhere/departures`)).status).toBe(404)
  expect((await own.call('GET', `${ALPHA}/stops/nowhere/departures/events`)).status).toBe(404)
  expect((await own.call('GET', '/v1/authorities/beta/stops/stop-6/departures')).status).toBe(404)
  for (const query of ['limit=0', 'limit=201', 'minutes=1441', 'from=noon', 'form=1']) {
    expect((await own.call('GET', `${PATH}?${query}`)).status, query).toBe(400)
  }
  for (const query of ['', 'MonitoringRef=stop-6&PreviewInterval=P2D']) {
    expect((await own.call('GET', `${ALPHA}/siri/stop-monitoring.json?${query}`)).status, query).toBe(400)
  }
})

test('they take a key, unless departures are published', async () => {
  const { own } = await createTransitTown()
  const paths = [PATH, `${ALPHA}/siri/stop-monitoring.json?MonitoringRef=stop-6`, `${ALPHA}/service-changes`]
  for (const path of paths) {
    expect((await own.call('GET', path, { key: null })).status).toBe(401)
    const key = await own.createKey('beta', 'admin')
    expect((await own.call('GET', path, { key })).status).toBe(404)
  }
  await own.registry.updateAuthority('alpha', { published: ['departures'] }, 'installation')
  for (const path of paths) expect((await own.call('GET', path, { key: null })).status).toBe(200)
  expect((await own.call('GET', `${ALPHA}/service-alerts`, { key: null })).status).toBe(401)
  const alert = { header: [{ text: 'x' }], informedEntities: [{ routeId: 'R1' }] }
  expect((await own.call('POST', `${ALPHA}/service-alerts`, { key: null, body: alert })).status).toBe(401)
})

test('they are the same until they change: 304, whatever their age', async () => {
  const town = await createTransitTown()
  const { own, timetable } = town
  town.know([trackTrip(timetable, { tripId: 'R1-weekday-12-0', delaySeconds: 60 })])
  const first = await own.call('GET', PATH)
  const headers = { 'if-none-match': String(first.headers['etag']) }
  own.clock.advance(6)
  const same = await own.call('GET', PATH, { headers })
  expect([same.status, same.text]).toEqual([304, ''])
  town.know([trackTrip(timetable, { tripId: 'R1-weekday-12-0', delaySeconds: 90 })])
  const changed = await own.call('GET', PATH, { headers })
  expect(changed.status).toBe(200)
  expect(changed.headers['etag']).not.toBe(first.headers['etag'])
})

test('they are compressed for who can read that', async () => {
  const { own } = await createTransitTown()
  const key = await own.createKey('alpha', 'read')
  const read = (encoding: string) =>
    own.app.inject({
      method: 'GET',
      url: PATH,
      headers: { authorization: `Bearer ${key}`, 'accept-encoding': encoding },
    })
  const plain = await read('identity')
  const gzipped = await read('gzip, br;q=0')
  expect(gzipped.headers['content-encoding']).toBe('gzip')
  expect(gunzipSync(gzipped.rawPayload)).toEqual(plain.rawPayload)
  const brotli = await read('gzip, deflate, br')
  expect(brotli.headers['content-encoding']).toBe('br')
  expect(brotliDecompressSync(brotli.rawPayload)).toEqual(plain.rawPayload)
  expect(new Set([plain, gzipped, brotli].map(({ headers }) => headers.etag)).size).toBe(1)
})

test('a stream tells them at once and whenever they are others, and goes on where it was left', async () => {
  const town = await createTransitTown()
  const { own, timetable } = town
  const { response, next, close } = await watch(town)
  expect(response.headers.get('content-type')).toBe('text/event-stream')
  const first = await next()
  expect(first.event).toBe('departures')
  expect(first.data).toEqual((await own.call('GET', `${PATH}?minutes=40`)).body)
  town.know([trackTrip(timetable, { tripId: 'R1-weekday-12-0', delaySeconds: 60 })])
  const second = await next()
  expect(second.id).not.toBe(first.id)
  expect(second.data).toEqual((await own.call('GET', `${PATH}?minutes=40`)).body)
  // The same again is no event: the next one that comes is the one after.
  town.know([trackTrip(timetable, { tripId: 'R1-weekday-12-0', delaySeconds: 60 })])
  const cancellation = { type: 'cancellation', tripId: 'R1-weekday-12-0' }
  await own.call('POST', `${ALPHA}/service-changes`, { body: cancellation })
  const third = await next()
  expect(third.data.items.map(({ state }: { state: string }) => state)).toContain('cancelled')
  close()

  const back = await watch(town, PATH, { 'last-event-id': third.id })
  const late = await watch(town, PATH, { 'last-event-id': second.id })
  expect((await late.next()).id).toBe(third.id)
  town.know([trackTrip(timetable, { tripId: 'R3-weekday-12-0', delaySeconds: 120 })])
  const fourth = await back.next()
  expect(fourth.id).not.toBe(third.id)
  expect((await late.next()).id).toBe(fourth.id)
})

test('JSON, protobuf, SIRI-Lite and the stream agree on every departure of the same moment', async () => {
  const town = await createTransitTown()
  const { own, timetable } = town
  town.know([
    trackTrip(timetable, { tripId: 'R1-weekday-12-0', delaySeconds: 95 }),
    trackTrip(timetable, { tripId: 'R2-weekday-12-0', delaySeconds: -20 }),
    trackTrip(timetable, { tripId: 'R1-weekday-12-1', delaySeconds: 10 }),
    trackTrip(timetable, { tripId: 'R3-weekday-12-1', delaySeconds: 300 }),
  ])
  for (const body of [
    { type: 'cancellation', tripId: 'R3-weekday-12-1' },
    { type: 'skipped-stops', tripId: 'R1-weekday-12-1', stopIds: ['stop-5', 'stop-6'] },
    { type: 'detour', tripId: 'R2-weekday-12-0', stops: [{ stopId: 'stop-4', replacementStopId: 'stop-8' }] },
    {
      type: 'added-trip',
      tripId: 'extra',
      likeTripId: 'R1-weekday-7-0',
      startTime: '12:20',
      serviceDates: ['20260216'],
    },
  ]) {
    expect((await own.call('POST', `${ALPHA}/service-changes`, { body })).status).toBe(201)
  }
  const key = await own.createKey('alpha', 'read')
  const feed = await own.app.inject({
    method: 'GET',
    url: `${ALPHA}/gtfs-rt/trip-updates`,
    headers: { authorization: `Bearer ${key}` },
  })
  const message = FeedMessage.decode(feed.rawPayload)
  expect(message.header.feedVersion).toBe(timetable.version)
  expect(Number(message.header.timestamp)).toBe(NOON / 1000)

  let compared = 0
  for (let number = 1; number <= 12; number += 1) {
    const stop = `stop-${number}`
    const query = 'limit=200&minutes=60'
    const { body } = await own.call('GET', `${ALPHA}/stops/${stop}/departures?${query}`)
    const { next, close } = await watch(town, `${ALPHA}/stops/${stop}/departures`)
    const streamed = (await next()).data.items
    close()
    const within40 = body.items.filter(
      (item: Record<string, string>) =>
        Date.parse(item['expectedDepartureTime'] ?? item['aimedDepartureTime'] ?? '') < NOON + 2_400_000,
    )
    expect(streamed.slice(0, 20)).toEqual(within40.slice(0, 20))

    const siri = await own.call(
      'GET',
      `${ALPHA}/siri/stop-monitoring.json?MonitoringRef=${stop}&MaximumStopVisits=200&PreviewInterval=PT1H`,
    )
    const [delivery] = siri.body.Siri.ServiceDelivery.StopMonitoringDelivery
    const visits = delivery.MonitoredStopVisit.map((visit: SiriVisit) => {
      const { MonitoredVehicleJourney: journey } = visit
      const { MonitoredCall: call } = journey
      return {
        departureId: visit.ItemIdentifier,
        tripId: journey.FramedVehicleJourneyRef.DatedVehicleJourneyRef,
        aimedDepartureTime: call.AimedDepartureTime,
        expectedDepartureTime: call.ExpectedDepartureTime ?? null,
        isLive: journey.Monitored,
        isCancelled: call.DepartureStatus === 'cancelled',
        vehicleId: journey.VehicleRef ?? null,
      }
    })
    expect(visits).toEqual(
      body.items.map((item: Record<string, string>) => ({
        departureId: item['departureId'],
        tripId: item['tripId'],
        aimedDepartureTime: item['aimedDepartureTime'],
        expectedDepartureTime: item['expectedDepartureTime'],
        isLive: item['state'] === 'live',
        isCancelled: item['state'] === 'cancelled',
        vehicleId: item['vehicleId'],
      })),
    )

    for (const item of body.items) {
      compared += 1
      expect(findInFeed(message, stop, item), `${stop} ${item.departureId}`).toEqual(expectedInFeed(item))
    }
  }
  expect(compared).toBeGreaterThan(50)
})

interface SiriVisit {
  readonly ItemIdentifier: string
  readonly MonitoredVehicleJourney: {
    readonly FramedVehicleJourneyRef: { readonly DatedVehicleJourneyRef: string }
    readonly Monitored: boolean
    readonly VehicleRef?: string
    readonly MonitoredCall: {
      readonly AimedDepartureTime: string
      readonly ExpectedDepartureTime?: string
      readonly DepartureStatus: string
    }
  }
}

const { SKIPPED } = TripUpdate.StopTimeUpdate.ScheduleRelationship

/** What a consumer of the protobuf makes of a departure at a stop: when it leaves, or that it does not, or nothing. */
function findInFeed(
  { entity }: gtfsRealtime.transit_realtime.FeedMessage,
  stop: string,
  { departureId, tripId }: { departureId: string; tripId: string },
): string | number {
  const sequence = Number(departureId.split('.').at(-1))
  const update = entity
    .map(({ tripUpdate }) => tripUpdate)
    .find((one) => (one?.tripProperties?.tripId || one?.trip?.tripId) === tripId)
  if (!update) return 'timetable'
  if (update.trip?.scheduleRelationship === 3) return 'cancelled'
  const found = update.stopTimeUpdate?.find(({ stopSequence }) => stopSequence === sequence)
  const assigned = found?.stopTimeProperties?.assignedStopId
  if (found?.scheduleRelationship === SKIPPED) return 'cancelled'
  if (assigned && assigned !== stop) return 'cancelled'
  if (!assigned && found?.stopId !== stop) return 'nothing'
  const hasNoVehicle = update.vehicle?.id?.startsWith('unassigned:')
  return hasNoVehicle ? 'timetable' : Number(found?.departure?.time)
}

function expectedInFeed(item: { state: string; expectedDepartureTime: string | null }): string | number {
  return item.state === 'live' ? Date.parse(item.expectedDepartureTime ?? '') / 1000 : item.state
}
