import gtfsRealtime from 'gtfs-realtime-bindings'
import { expect, test } from 'vitest'
import { type ServiceChange, serviceChangeSchema } from '../../../model/service-change.ts'
import { createTransitMoment } from '../../../transit/feed/transit-moment.ts'
import { createTripUpdate } from '../../../transit/feed/trip-updates.ts'
import type { TripPrediction } from '../../../transit/trip-prediction.ts'
import { createSnapshot, createTown, NOON, trackTrip } from './live-town.ts'

const { TripDescriptor, TripUpdate } = gtfsRealtime.transit_realtime
const { SCHEDULED, SKIPPED, NO_DATA } = TripUpdate.StopTimeUpdate.ScheduleRelationship
const { timetable } = createTown()

function updateOf(trip: TripPrediction, now = NOON, changes: readonly unknown[] = []) {
  const moment = createTransitMoment({
    timetable,
    snapshot: createSnapshot(timetable, [trip], now),
    changes: changes.map((change): ServiceChange => serviceChangeSchema.parse(change)),
    alerts: [],
    now,
  })
  const [settled] = moment.trips
  return settled && createTripUpdate(timetable, settled, now)?.tripUpdate
}

test('a trip has its own id, day and direction, its vehicle, and when that was heard of', () => {
  const update = updateOf(trackTrip(timetable, { tripId: 'R1-weekday-12-0' }))
  expect(update).toMatchObject({
    trip: {
      tripId: 'R1-weekday-12-0',
      routeId: 'R1',
      directionId: 0,
      startDate: '20260216',
      scheduleRelationship: TripDescriptor.ScheduleRelationship.SCHEDULED,
    },
    vehicle: { id: 'bus-R1-weekday-12-0', label: 'Bus R1-weekday-12-0' },
    timestamp: NOON / 1000 - 13,
  })
  expect(update?.trip).not.toHaveProperty('startTime')
  expect(update?.stopTimeUpdate?.[1]).toEqual({
    stopSequence: 2,
    stopId: 'stop-2',
    arrival: { time: NOON / 1000 + 60, uncertainty: 42 },
    departure: { time: NOON / 1000 + 76, uncertainty: 42 },
    scheduleRelationship: SCHEDULED,
  })
})

test('times are whole seconds that rise from stop to stop, whatever was predicted', () => {
  const trip = trackTrip(timetable, { tripId: 'R1-weekday-12-0' })
  const stops = trip.stops.map((stop) => ({
    ...stop,
    arrivalTime: NOON + 5_499.6,
    departureTime: NOON + 5_400,
  }))
  const updates = updateOf({ ...trip, stops })?.stopTimeUpdate ?? []
  let before = 0
  for (const { arrival, departure } of updates) {
    expect(Number.isInteger(arrival?.time)).toBe(true)
    expect(Number(arrival?.time)).toBeGreaterThan(before)
    expect(Number(departure?.time)).toBeGreaterThanOrEqual(Number(arrival?.time))
    before = Number(departure?.time)
  }
  expect(updates).toHaveLength(12)
})

test('a stop that was passed early stays until its scheduled time', () => {
  const early = trackTrip(timetable, { tripId: 'R1-weekday-12-0', delaySeconds: -150 })
  const stopsAt = (seconds: number) =>
    updateOf(
      {
        ...early,
        stops: early.stops.map((stop) => ({
          ...stop,
          isPassed: (stop.departureTime ?? 0) <= NOON + seconds * 1000,
        })),
      },
      NOON + seconds * 1000,
    )?.stopTimeUpdate?.map(({ stopId }) => stopId)
  expect(stopsAt(90)?.[0]).toBe('stop-3')
  expect(stopsAt(120)?.[0]).toBe('stop-3')
  expect(stopsAt(121)?.[0]).toBe('stop-4')
  // It is at its last stop long before its time: what departs nowhere any more is told no more.
  expect(stopsAt(599)?.at(-1)).toBe('stop-12')
  expect(stopsAt(601)).toBeUndefined()
})

test('what nothing is known of has no times, and a trip of which nothing at all is known is left out', () => {
  const trip = trackTrip(timetable, { tripId: 'R1-weekday-12-0' })
  const unknown = {
    arrivalTime: null,
    departureTime: null,
    uncertaintySeconds: null,
    state: 'noData',
  } as const
  const partly = {
    ...trip,
    stops: trip.stops.map((stop, index) => (index < 6 ? stop : { ...stop, ...unknown })),
  }
  expect(updateOf(partly)?.stopTimeUpdate?.[7]).toEqual({
    stopSequence: 8,
    stopId: 'stop-8',
    scheduleRelationship: NO_DATA,
  })
  expect(updateOf({ ...trip, stops: trip.stops.map((stop) => ({ ...stop, ...unknown })) })).toBeUndefined()
  const stale = trip.stops.map((stop) => ({ ...stop, state: 'stale' as const }))
  expect(updateOf({ ...trip, stops: stale })).toBeUndefined()
})

test('a trip is cancelled as a whole, also where every stop of it is skipped', () => {
  const trip = trackTrip(timetable, { tripId: 'R2-weekday-12-0' })
  const all = ['stop-1', 'stop-2', 'stop-3', 'stop-4', 'stop-5', 'stop-6']
  for (const change of [
    { id: 'a', type: 'cancellation', routeId: 'R2', tripId: 'R2-weekday-12-0' },
    { id: 'b', type: 'skipped-stops', tripId: 'R2-weekday-12-0', stopIds: all },
  ]) {
    const update = updateOf(trip, NOON, [change])
    expect(update?.trip?.scheduleRelationship).toBe(TripDescriptor.ScheduleRelationship.CANCELED)
    expect(update?.stopTimeUpdate).toEqual([])
  }
  const skipped = updateOf(trip, NOON, [
    { id: 'c', type: 'skipped-stops', tripId: 'R2-weekday-12-0', stopIds: ['stop-3'] },
  ])
  expect(skipped?.stopTimeUpdate?.map(({ scheduleRelationship }) => scheduleRelationship)).toEqual([
    SCHEDULED,
    SCHEDULED,
    SKIPPED,
    SCHEDULED,
    SCHEDULED,
    SCHEDULED,
  ])
})

test('a trip like another one is a duplicate of it, and one of its own is new, both with their schedule', () => {
  const changes = [
    {
      id: 'a',
      type: 'added-trip',
      tripId: 'extra',
      likeTripId: 'R1-weekday-6-0',
      startTime: '12:10',
      serviceDates: ['20260216'],
    },
    {
      id: 'b',
      type: 'added-trip',
      tripId: 'shuttle',
      routeId: 'R3',
      headsign: 'Stadium',
      serviceDates: ['20260216'],
      stops: [
        { stopId: 'stop-7', arrivalTime: '12:03', departureTime: '12:04' },
        { stopId: 'stop-2', arrivalTime: '12:20', departureTime: '12:20' },
      ],
    },
  ].map((change): ServiceChange => serviceChangeSchema.parse(change))
  const { trips } = createTransitMoment({ timetable, snapshot: undefined, changes, alerts: [], now: NOON })
  const [duplicate, own] = trips.map((trip) => createTripUpdate(timetable, trip, NOON)?.tripUpdate)
  expect(duplicate).toMatchObject({
    trip: {
      tripId: 'R1-weekday-6-0',
      scheduleRelationship: TripDescriptor.ScheduleRelationship.DUPLICATED,
    },
    tripProperties: { tripId: 'extra', startDate: '20260216', startTime: '12:10:00' },
  })
  expect(own).toMatchObject({
    trip: { tripId: 'shuttle', scheduleRelationship: TripDescriptor.ScheduleRelationship.NEW },
    tripProperties: { tripHeadsign: 'Stadium' },
  })
  const time = NOON / 1000 + 240
  expect(own?.stopTimeUpdate?.[0]?.departure).toEqual({ time, scheduledTime: time })
})
