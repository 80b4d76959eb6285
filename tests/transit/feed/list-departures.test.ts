import { expect, test } from 'vitest'
import type { Departure } from '../../../model/departure.ts'
import { type ServiceChange, serviceChangeSchema } from '../../../model/service-change.ts'
import { listDepartures } from '../../../transit/feed/list-departures.ts'
import { createTransitMoment } from '../../../transit/feed/transit-moment.ts'
import type { Timetable } from '../../../transit/timetable/timetable.ts'
import type { TripPrediction } from '../../../transit/trip-prediction.ts'
import { createSnapshot, createTown, NOON, trackTrip } from './live-town.ts'

interface Query {
  readonly now?: number
  readonly minutes?: number
  readonly trips?: readonly TripPrediction[]
  readonly changes?: readonly unknown[]
}

function departuresAt(
  timetable: Timetable,
  stopId: string,
  { now = NOON, minutes = 60, trips = [], changes = [] }: Query = {},
): Departure[] {
  const moment = createTransitMoment({
    timetable,
    snapshot: createSnapshot(timetable, trips, now),
    changes: changes.map((change): ServiceChange => serviceChangeSchema.parse(change)),
    alerts: [],
    now,
  })
  const stop = timetable.stops.indexOf.get(stopId) ?? -1
  return listDepartures(moment, { stop, from: now, until: now + minutes * 60_000, limit: 100 }).map(
    ({ departure }) => departure,
  )
}

/** As `12:03:00 R1-weekday-12-0 live`, by the expected time where there is one. */
function show({ aimedDepartureTime, expectedDepartureTime, tripId, state }: Departure): string {
  const time = new Date(expectedDepartureTime ?? aimedDepartureTime).toISOString().slice(11, 19)
  return `${time} ${tripId} ${state}`
}

test('without anything live the timetable is told, by departure, without last stops', () => {
  const { timetable } = createTown()
  const departures = departuresAt(timetable, 'stop-6', { minutes: 40 })
  expect(departures.map(show)).toEqual([
    '12:02:00 R3-weekday-12-0 timetable',
    '12:05:00 R1-weekday-12-0 timetable',
    '12:30:00 R2-weekday-12-1 timetable',
    '12:33:00 R3-weekday-12-1 timetable',
    '12:36:00 R1-weekday-12-1 timetable',
  ])
  expect(departures[0]).toEqual({
    departureId: 'R3-weekday-12-0.20260216.3',
    tripId: 'R3-weekday-12-0',
    routeId: 'R3',
    routeShortName: '3',
    headsign: 'East Quay',
    aimedDepartureTime: NOON + 120_000,
    expectedDepartureTime: null,
    earliestTime: null,
    latestTime: null,
    state: 'timetable',
    ageSeconds: null,
    vehicleId: null,
  })
})

test('a trip that is tracked is told as it is expected, in whole seconds, and once', () => {
  const { timetable } = createTown()
  const late = trackTrip(timetable, { tripId: 'R1-weekday-12-0', delaySeconds: 1_800 })
  const departures = departuresAt(timetable, 'stop-6', { minutes: 40, trips: [late] })
  expect(departures.map(show)).toEqual([
    '12:02:00 R3-weekday-12-0 timetable',
    '12:30:00 R2-weekday-12-1 timetable',
    '12:33:00 R3-weekday-12-1 timetable',
    '12:35:16 R1-weekday-12-0 live',
    '12:36:00 R1-weekday-12-1 timetable',
  ])
  expect(departures[3]).toMatchObject({
    departureId: 'R1-weekday-12-0.20260216.6',
    aimedDepartureTime: NOON + 300_000,
    earliestTime: NOON + 300_000 + 1_800_000 + 15_721 - 40_000 + 279,
    latestTime: NOON + 300_000 + 1_800_000 + 15_721 + 70_000 + 279,
    ageSeconds: 12,
    vehicleId: 'bus-R1-weekday-12-0',
  })
  // Long after it was to come it is told still, and one that has gone early is not, though it was to come later.
  const at = NOON + 20 * 60_000
  expect(departuresAt(timetable, 'stop-6', { now: at, minutes: 20, trips: [late] }).map(show)).toContain(
    '12:35:16 R1-weekday-12-0 live',
  )
  const early = trackTrip(timetable, { tripId: 'R1-weekday-12-0', delaySeconds: -360 })
  expect(departuresAt(timetable, 'stop-6', { minutes: 10, trips: [early] }).map(show)).toEqual([
    '12:02:00 R3-weekday-12-0 timetable',
  ])
})

test('after midnight the trips of the day before are told, by their own service date', () => {
  const { timetable } = createTown()
  const now = Date.parse('2026-02-17T00:00:00Z')
  const departures = departuresAt(timetable, 'stop-1', { now, minutes: 10 })
  expect(departures.map(({ departureId }) => departureId)).toEqual([
    'R1-weekday-24-0.20260216.1',
    'R2-weekday-24-0.20260216.1',
  ])
  // Friday's last trips run on Saturday morning, and Sunday's none on Monday.
  const saturday = Date.parse('2026-02-21T00:00:00Z')
  expect(departuresAt(timetable, 'stop-1', { now: saturday, minutes: 10 })).toHaveLength(2)
  const monday = Date.parse('2026-02-16T00:00:00Z')
  expect(departuresAt(timetable, 'stop-1', { now: monday, minutes: 10 })).toEqual([])
})

test('on the day on which the clock is put forward trips leave when it shows their time', () => {
  const { timetable } = createTown()
  // 29 March 2026, a Sunday: 9:00 in London is 8:00 UTC, where it was 9:00 a day before.
  for (const [now, expected] of [
    ['2026-03-28T08:59:00Z', '09:00:00'],
    ['2026-03-29T07:59:00Z', '08:00:00'],
  ] as const) {
    const departures = departuresAt(timetable, 'stop-1', { now: Date.parse(now), minutes: 5 })
    expect(departures.map(show)).toEqual([
      `${expected} R1-weekend-9-0 timetable`,
      `${expected} R2-weekend-9-0 timetable`,
    ])
  }
})

test('a trip that repeats by a headway leaves at each of its starts, with ids of their own', () => {
  const { timetable } = createTown({
    'frequencies.txt':
      'trip_id,start_time,end_time,headway_secs\nR3-weekday-6-0,11:50:00,12:10:00,600\nR3-weekday-6-0,24:00:00,24:10:00,600\n',
  })
  const departures = departuresAt(timetable, 'stop-6', { minutes: 4 })
  expect(departures.map(({ departureId }) => departureId)).toEqual([
    'R3-weekday-12-0.20260216.3',
    'R3-weekday-6-0.20260216.120000.3',
  ])
  const night = departuresAt(timetable, 'stop-6', { now: NOON + 12 * 3_600_000, minutes: 4 })
  expect(night.map(({ departureId }) => departureId)).toContain('R3-weekday-6-0.20260216.240000.3')
})

function createTownWithStation() {
  return createTown({
    'stops.txt': (text) => {
      const [head = '', ...rows] = text.trim().split('\n')
      const lines = rows.map((row) => `${row},0,${/^stop-[67],/.test(row) ? 'hub' : ''}`)
      return [`${head},location_type,parent_station`, ...lines, 'hub,,Hub,51.5,0.045,1,'].join('\n')
    },
  })
}

test('a station has what leaves its platforms', () => {
  const { timetable } = createTownWithStation()
  const departures = departuresAt(timetable, 'hub', { minutes: 10 })
  expect(departures.map(show)).toEqual([
    '12:02:00 R3-weekday-12-0 timetable',
    '12:05:00 R1-weekday-12-0 timetable',
    '12:06:00 R1-weekday-12-0 timetable',
  ])
})

test('a station that is not served stands for its platforms', () => {
  const { timetable } = createTownWithStation()
  const changes = [{ id: 'a', type: 'skipped-stops', stopIds: ['hub'] }]
  for (const stop of ['hub', 'stop-6', 'stop-7']) {
    const states = departuresAt(timetable, stop, { minutes: 10, changes }).map(({ state }) => state)
    expect(new Set(states)).toEqual(new Set(['cancelled']))
  }
  const [other] = departuresAt(timetable, 'stop-5', { minutes: 10, changes })
  expect(other?.state).toBe('timetable')
})

test('a trip that is cancelled is told as cancelled, whether it was tracked or not', () => {
  const { timetable } = createTown()
  const trips = [trackTrip(timetable, { tripId: 'R1-weekday-12-0', delaySeconds: 60 })]
  const changes = [
    { id: 'a', type: 'cancellation', tripId: 'R1-weekday-12-0', serviceDates: ['2026-02-16'] },
    { id: 'b', type: 'cancellation', routeId: 'R3' },
    { id: 'c', type: 'cancellation', tripId: 'R2-weekday-12-1', serviceDates: ['20260217'] },
  ]
  const departures = departuresAt(timetable, 'stop-6', { minutes: 40, trips, changes })
  expect(departures.map(show)).toEqual([
    '12:02:00 R3-weekday-12-0 cancelled',
    '12:05:00 R1-weekday-12-0 cancelled',
    '12:30:00 R2-weekday-12-1 timetable',
    '12:33:00 R3-weekday-12-1 cancelled',
    '12:36:00 R1-weekday-12-1 timetable',
  ])
  expect(departures[1]).toMatchObject({ expectedDepartureTime: null, vehicleId: null, ageSeconds: null })
})

test('a stop that is skipped is told as cancelled there, and the others are as before', () => {
  const { timetable } = createTown()
  const trips = [trackTrip(timetable, { tripId: 'R1-weekday-12-0' })]
  const changes = [
    {
      id: 'a',
      type: 'skipped-stops',
      stopIds: ['stop-6'],
      period: { start: '2026-02-16T12:00:00Z', end: '2026-02-16T12:31:00Z' },
    },
  ]
  expect(departuresAt(timetable, 'stop-6', { minutes: 34, trips, changes }).map(show)).toEqual([
    '12:02:00 R3-weekday-12-0 cancelled',
    '12:05:00 R1-weekday-12-0 cancelled',
    '12:30:00 R2-weekday-12-1 cancelled',
    '12:33:00 R3-weekday-12-1 timetable',
  ])
  expect(departuresAt(timetable, 'stop-7', { minutes: 10, trips, changes }).map(show)).toEqual([
    '12:06:16 R1-weekday-12-0 live',
  ])
})

test('on a detour the bus is told where it calls, and not where it does not', () => {
  const { timetable } = createTown()
  const trips = [trackTrip(timetable, { tripId: 'R1-weekday-12-0' })]
  const changes = [
    {
      id: 'a',
      type: 'detour',
      routeId: 'R2',
      tripId: 'R2-weekday-12-0',
      stops: [{ stopId: 'stop-3', replacementStopId: 'stop-9' }, { stopId: 'stop-4' }],
    },
  ]
  const at = (stopId: string) => departuresAt(timetable, stopId, { minutes: 9, trips, changes }).map(show)
  expect(at('stop-3')).toEqual(['12:02:00 R2-weekday-12-0 cancelled', '12:02:16 R1-weekday-12-0 live'])
  expect(at('stop-4')).toEqual([
    '12:01:00 R3-weekday-12-0 timetable',
    '12:03:00 R2-weekday-12-0 cancelled',
    '12:03:16 R1-weekday-12-0 live',
  ])
  expect(at('stop-9')).toEqual(['12:02:00 R2-weekday-12-0 timetable', '12:08:16 R1-weekday-12-0 live'])
})

test('trips that were added are told, with their own stops or as another one', () => {
  const { timetable } = createTown()
  const changes = [
    {
      id: 'a',
      type: 'added-trip',
      tripId: 'extra/1',
      likeTripId: 'R1-weekday-6-0',
      startTime: '12:10',
      serviceDates: ['2026-02-16'],
    },
    {
      id: 'b',
      type: 'added-trip',
      tripId: 'shuttle',
      routeId: 'R3',
      headsign: 'Stadium',
      serviceDates: ['2026-02-16'],
      stops: [
        { stopId: 'stop-7', arrivalTime: '12:03', departureTime: '12:04' },
        { stopId: 'stop-2', arrivalTime: '12:20', departureTime: '12:20' },
      ],
    },
  ]
  const departures = departuresAt(timetable, 'stop-7', { minutes: 20, changes })
  expect(departures.map(show)).toEqual([
    '12:04:00 shuttle timetable',
    '12:06:00 R1-weekday-12-0 timetable',
    '12:16:00 extra/1 timetable',
  ])
  expect(departures.map(({ headsign }) => headsign)).toEqual(['Stadium', 'East Quay', 'East Quay'])
  expect(departures[2]?.departureId).toBe('extra%2F1.20260216.121000.7')
})

test('what was known of another timetable is not told', () => {
  const { timetable } = createTown()
  const snapshot = createSnapshot(timetable, [
    trackTrip(timetable, { tripId: 'R1-weekday-12-0', delaySeconds: 60 }),
  ])
  const moment = createTransitMoment({
    timetable,
    snapshot: { ...snapshot, version: 'before' },
    changes: [],
    alerts: [],
    now: NOON,
  })
  expect(moment.trips).toEqual([])
  expect(moment.vehicles).toEqual([])
})
