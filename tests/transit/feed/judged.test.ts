import { expect, test } from 'vitest'
import { type ServiceAlert, serviceAlertSchema } from '../../../model/service-alert.ts'
import { type ServiceChange, serviceChangeSchema } from '../../../model/service-change.ts'
import { createAlertEntities } from '../../../transit/feed/alerts.ts'
import { createFeed, type Entity, encodeEntity } from '../../../transit/feed/feed-message.ts'
import { createTransitMoment, type TransitMoment } from '../../../transit/feed/transit-moment.ts'
import { createTripUpdate } from '../../../transit/feed/trip-updates.ts'
import { createVehicleEntities } from '../../../transit/feed/vehicle-positions.ts'
import type { TripPrediction } from '../../../transit/trip-prediction.ts'
import { hasGtfsRtValidator, validateGtfsRt } from '../../fixtures/validate-gtfs-rt.ts'
import { createSnapshot, createTown, NOON, trackTrip } from './live-town.ts'

const FREQUENCIES = [
  'trip_id,start_time,end_time,headway_secs,exact_times',
  'R3-weekday-14-0,11:30:00,13:00:00,600,0',
  'R3-weekday-15-0,11:30:00,13:00:00,600,1',
].join('\n')

const CHANGES: readonly ServiceChange[] = [
  { id: 'gone', type: 'cancellation', tripId: 'R1-weekday-13-0' },
  { id: 'gone-live', type: 'cancellation', tripId: 'R2-weekday-12-1' },
  {
    id: 'closed',
    type: 'skipped-stops',
    stopIds: ['stop-4'],
    routeId: 'R2',
    header: [{ language: 'en', text: 'Stop 4 is closed' }],
  },
  {
    id: 'works',
    type: 'detour',
    routeId: 'R1',
    stops: [{ stopId: 'stop-9', replacementStopId: 'stop-10' }, { stopId: 'stop-10' }],
    header: [{ language: 'en', text: 'Detour by the quay' }],
  },
  {
    id: 'extra',
    type: 'added-trip',
    tripId: 'extra-1',
    likeTripId: 'R1-weekday-11-0',
    startTime: '12:10:00',
    serviceDates: ['20260216'],
  },
].map((change) => serviceChangeSchema.parse(change))

const ALERTS: readonly ServiceAlert[] = [
  {
    id: 'weather',
    cause: 'WEATHER',
    effect: 'SIGNIFICANT_DELAYS',
    severity: 'WARNING',
    header: [
      { language: 'en', text: 'Snow' },
      { language: 'cy', text: 'Eira' },
    ],
    description: [{ language: 'en', text: 'Buses are late all day.' }],
    url: [{ language: 'en', text: 'https://town.example/snow' }],
    activePeriods: [{ start: '2026-02-16T06:00:00Z', end: '2026-02-17T00:00:00Z' }],
    informedEntities: [{ routeId: 'R1' }, { tripId: 'R2-weekday-12-0', routeId: 'R2' }],
  },
  {
    id: 'market',
    header: [{ text: 'Market day' }],
    informedEntities: [
      {
        area: {
          type: 'Polygon',
          coordinates: [
            [
              [0.02, 51],
              [0.04, 51],
              [0.04, 52],
              [0.02, 52],
              [0.02, 51],
            ],
          ],
        },
      },
    ],
  },
].map((alert) => serviceAlertSchema.parse(alert))

/** Buses that are late, early, block after block, of which some stops nothing is known. */
function createMoment(now: number): { zip: Uint8Array; moment: TransitMoment } {
  const { zip, timetable } = createTown({
    'frequencies.txt': FREQUENCIES,
    // The judge takes an address for none that ends in what is kept for examples, and the file with it.
    'agency.txt': (text) => text.replace('.example', '.example.com'),
    'feed_info.txt': (text) => text.replace('.example', '.example.com'),
  })
  const late = trackTrip(timetable, { tripId: 'R1-weekday-12-0', now, delaySeconds: 200 })
  const early = trackTrip(timetable, { tripId: 'R2-weekday-12-0', now, delaySeconds: -90 })
  const partly = trackTrip(timetable, { tripId: 'R3-weekday-12-0', now, delaySeconds: 30 })
  const cancelled = trackTrip(timetable, { tripId: 'R2-weekday-12-1', now, delaySeconds: 30 })
  const run = trackTrip(timetable, { tripId: 'R3-weekday-14-0', now, vehicleId: 'metro' })
  const shift = Date.parse('2026-02-16T12:00:00Z') - (run.stops[0]?.aimedDepartureTime ?? 0)
  const trips: TripPrediction[] = [
    late,
    early,
    {
      ...partly,
      stops: partly.stops.map((stop, index) =>
        index < 4
          ? stop
          : { ...stop, arrivalTime: null, departureTime: null, uncertaintySeconds: null, state: 'noData' },
      ),
    },
    cancelled,
    {
      ...run,
      startTime: '12:00:00',
      stops: run.stops.map((stop) => ({
        ...stop,
        aimedArrivalTime: stop.aimedArrivalTime + shift,
        aimedDepartureTime: stop.aimedDepartureTime + shift,
        arrivalTime: (stop.arrivalTime ?? 0) + shift,
        departureTime: (stop.departureTime ?? 0) + shift,
      })),
    },
    trackTrip(timetable, { tripId: 'R1-weekday-12-1', now, vehicleId: late.vehicleId ?? '' }),
  ]
  const snapshot = createSnapshot(timetable, trips, now)
  // One vehicle is in one place: of two trips of its block it serves the first.
  const vehicles = snapshot.vehicles.filter(({ tripId }) => tripId !== 'R1-weekday-12-1')
  return {
    zip,
    moment: createTransitMoment({
      timetable,
      snapshot: { ...snapshot, vehicles },
      changes: CHANGES,
      alerts: ALERTS,
      now,
    }),
  }
}

function write(entities: readonly Entity[], { timetable, time }: TransitMoment): Uint8Array {
  const encoded = Buffer.concat(entities.map(encodeEntity))
  return createFeed({
    entities,
    encoded,
    version: timetable.version,
    now: time,
    speed: 1,
    previous: undefined,
  }).bytes
}

const isJudged = hasGtfsRtValidator()

test.runIf(isJudged)('the judge finds what is wrong', async () => {
  const { zip, moment } = createMoment(NOON)
  const [update] = moment.trips.flatMap((trip) => createTripUpdate(moment.timetable, trip, NOON) ?? [])
  const wrong = { id: 'wrong', tripUpdate: { ...update?.tripUpdate, trip: { tripId: 'no such trip' } } }
  const notices = await validateGtfsRt({ gtfs: zip, feeds: { tu: write([wrong], moment) }, at: NOON })
  expect(notices.map(({ code }) => code)).toContain('E003')
})

test.runIf(isJudged).each([0, 95, 215, 700])(
  'the feeds of a disturbed day have no error and no warning, %i s after noon',
  async (seconds) => {
    const { zip, moment } = createMoment(NOON + seconds * 1000)
    const { timetable, trips, tripsByKey, vehicles, alerts, time } = moment
    const updates = trips.flatMap((trip) => createTripUpdate(timetable, trip, time) ?? [])
    const positions = [
      ...createVehicleEntities({ timetable, vehicles, trips: tripsByKey, now: time, speed: 1 }),
    ]
    const feeds = {
      tu: write(updates, moment),
      vp: write(positions, moment),
      sa: write(createAlertEntities(alerts, timetable, time), moment),
    }
    expect([updates.length, positions.length].every((count) => count > 3)).toBe(true)
    expect(await validateGtfsRt({ gtfs: zip, feeds, at: time })).toEqual([])
  },
)
