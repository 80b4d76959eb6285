import gtfsRealtime from 'gtfs-realtime-bindings'
import { expect, it } from 'vitest'
import type { FieldValue, Reading } from '../../model/reading.ts'
import { createFeed, encodeEntity, type Feed } from '../../transit/feed/feed-message.ts'
import { createReportedEntities, type ReportedPositions } from '../../transit/feed/reported-positions.ts'

const { FeedMessage, FeedHeader, VehiclePosition } = gtfsRealtime.transit_realtime
const NOW = Date.parse('2026-02-16T16:00:00Z')
const PLACE = { latitude: 38.9, longitude: -77.03 }

function makeReading(device: string, fields: Record<string, FieldValue> = {}, ageSeconds = 10): Reading {
  const time = NOW - ageSeconds * 1000
  return {
    authority: 'dc',
    kind: 'vehicle',
    device,
    part: '',
    time,
    receivedTime: time + 900,
    fields: { ...PLACE, ...fields },
  }
}

function makeFeed(
  readings: readonly Reading[],
  input: Partial<ReportedPositions & { previous: Feed }> = {},
): Feed {
  const { labelOf = () => null, now = NOW, speed = 1, previous } = input
  const entities = createReportedEntities({ readings, labelOf, now, speed })
  const encoded = Buffer.concat(entities.map(encodeEntity))
  return createFeed({ entities, encoded, version: undefined, now, speed, previous })
}

function jsonOf(feed: Feed): string {
  const steps = feed.writeJson()
  for (;;) {
    const step = steps.next()
    if (step.done) return step.value
  }
}

function idsOf({ bytes }: Feed): string[] {
  return FeedMessage.decode(bytes).entity.map(({ id }) => id)
}

it('has all that is known of a vehicle, in the units of GTFS-Realtime', () => {
  const reading = makeReading('bus-7', {
    bearingDegrees: 90.5,
    speedKph: 36,
    tripId: 'trip-1',
    startDate: '20260216',
    routeId: '70',
    occupancyStatus: 'STANDING_ROOM_ONLY',
  })
  const feed = makeFeed([reading], { labelOf: () => 'Seven' })
  const message = FeedMessage.decode(feed.bytes)
  expect(FeedMessage.verify(message)).toBeNull()
  expect(message.header).toMatchObject({
    gtfsRealtimeVersion: '2.0',
    incrementality: FeedHeader.Incrementality.FULL_DATASET,
  })
  expect(Number(message.header.timestamp)).toBe(NOW / 1000)
  expect(message.entity).toHaveLength(1)
  const [entity] = message.entity
  expect(entity?.id).toBe('bus-7')
  expect(entity?.vehicle).toMatchObject({
    trip: { tripId: 'trip-1', startDate: '20260216', routeId: '70' },
    vehicle: { id: 'bus-7', label: 'Seven' },
    position: { latitude: Math.fround(38.9), longitude: Math.fround(-77.03), bearing: 90.5, speed: 10 },
    occupancyStatus: VehiclePosition.OccupancyStatus.STANDING_ROOM_ONLY,
  })
  expect(Number(entity?.vehicle?.timestamp)).toBe(NOW / 1000 - 10)
})

it('leaves out what is not known, rather than sending zeros', () => {
  const [entity] = FeedMessage.decode(makeFeed([makeReading('a')]).bytes).entity
  const vehicle = entity?.vehicle
  expect(vehicle?.trip).toBeNull()
  for (const field of ['bearing', 'speed']) expect(Object.hasOwn(vehicle?.position ?? {}, field)).toBe(false)
  for (const field of ['occupancyStatus', 'trip']) expect(Object.hasOwn(vehicle ?? {}, field)).toBe(false)
  expect(Object.hasOwn(vehicle?.vehicle ?? {}, 'label')).toBe(false)
})

it('says the same in JSON as in protobuf', () => {
  const readings = [
    makeReading('a', { speedKph: 30, occupancyStatus: 'FULL', tripId: 't' }),
    makeReading('b', { routeId: '7', bearingDegrees: 12 }),
  ]
  const feed = makeFeed(readings)
  const parsed = JSON.parse(jsonOf(feed))
  expect(parsed).toMatchObject({
    header: { gtfsRealtimeVersion: '2.0', incrementality: 'FULL_DATASET', timestamp: String(NOW / 1000) },
    entity: [
      { id: 'a', vehicle: { trip: { tripId: 't' }, occupancyStatus: 'FULL' } },
      { id: 'b', vehicle: { trip: { routeId: '7' }, position: { bearing: 12 } } },
    ],
  })
  expect(Buffer.from(FeedMessage.encode(FeedMessage.fromObject(parsed)).finish())).toEqual(feed.bytes)
})

it('has a list of vehicles in JSON where there is none, too', () => {
  expect(JSON.parse(jsonOf(makeFeed([]))).entity).toEqual([])
})

it('leaves out positions older than 90 seconds, and vehicles that are not there any more', () => {
  const readings = [
    makeReading('old', {}, 91),
    makeReading('just', {}, 90),
    makeReading('gone'),
    makeReading('new', {}, 1),
  ]
  const labelOf = (id: string): string | null | undefined => (id === 'gone' ? undefined : null)
  expect(idsOf(makeFeed(readings, { labelOf }))).toEqual(['just', 'new'])
})

it('allows for the path of a reading on a clock that runs fast', () => {
  expect(idsOf(makeFeed([makeReading('bus', {}, 150)], { speed: 60 }))).toEqual(['bus'])
  expect(idsOf(makeFeed([makeReading('bus', {}, 250)], { speed: 60 }))).toEqual([])
})

it('has nothing later than itself, though a vehicle has a clock that is ahead', () => {
  const [entity] = FeedMessage.decode(makeFeed([makeReading('ahead', {}, -300)]).bytes).entity
  expect(Number(entity?.vehicle?.timestamp)).toBe(NOW / 1000)
})

it('is itself while nothing changes, and moves on after 25 seconds all the same', () => {
  const readings = [makeReading('a')]
  const first = makeFeed(readings)
  expect(makeFeed(readings, { now: NOW + 24_999, previous: first })).toBe(first)
  const later = makeFeed(readings, { now: NOW + 25_000, previous: first })
  expect(later.timestamp).toBe(first.timestamp + 25)
  expect(later.entities).toEqual(first.entities)
})

it('has another timestamp for another content, even within a second or when the clock is set back', () => {
  const first = makeFeed([makeReading('a')])
  const second = makeFeed([makeReading('a', {}, 5)], { previous: first })
  const third = makeFeed([makeReading('a', {}, 2)], { previous: second, now: NOW - 60_000 })
  const fourth = makeFeed([], { previous: third, now: NOW + 400_000 })
  const timestamps = [first, second, third, fourth].map(({ timestamp }) => timestamp)
  expect(new Set(timestamps).size).toBe(4)
  expect(timestamps).toEqual(timestamps.toSorted((a, b) => a - b))
  expect(idsOf(fourth)).toEqual([])
})
