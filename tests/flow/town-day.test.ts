import { expect, test } from 'vitest'
import { createTown } from '../../device-sim/town/create-town.ts'
import { planBuses } from '../../device-sim/town/plan-buses.ts'
import { serviceAlertSchema } from '../../model/service-alert.ts'
import { type ServiceChange, serviceChangeSchema } from '../../model/service-change.ts'
import { createAlertEntities } from '../../transit/feed/alerts.ts'
import { createFeed, type Entity, encodeEntity, type Feed } from '../../transit/feed/feed-message.ts'
import { createTransitMoment } from '../../transit/feed/transit-moment.ts'
import { createTripUpdate } from '../../transit/feed/trip-updates.ts'
import { createVehicleEntities } from '../../transit/feed/vehicle-positions.ts'
import { type JudgedMoment, judgeMoments } from '../fixtures/judge-moments.ts'
import { hasGtfsRtValidator } from '../fixtures/validate-gtfs-rt.ts'
import { createTownDay } from './drive-town-day.ts'

const SEED = 7
const DATE = '20260603'
/** Four in the morning in Wexbridge. */
const DAWN = Date.parse('2026-06-03T03:00:00Z')
const HOUR_MS = 3_600_000
const STEP_MS = 60_000
const JUDGED_EVERY_MS = 40 * 60_000

const town = createTown({ seed: SEED })
const blocks = planBuses(town)

/** Trips of a bus of a line that start in an hour. */
function listTrips(lineIndex: number, hour: number): string[] {
  const line = town.lines[lineIndex]
  return [...blocks.values()].flatMap(({ trips }) =>
    trips
      .filter(
        (trip) => trip.line.id === line?.id && Math.floor((trip.calls[0]?.seconds ?? 0) / 3600) === hour,
      )
      .map(({ id }) => id),
  )
}

function createChanges(): ServiceChange[] {
  const stopsOf = (lineIndex: number) => town.lines[lineIndex]?.stops.map(({ stopId }) => stopId) ?? []
  const [, , closed = '', , moved = '', , skipped = ''] = stopsOf(1)
  const elsewhere = stopsOf(2).find((stopId) => !stopsOf(1).includes(stopId)) ?? ''
  const alerted = { header: [{ language: 'en', text: 'The High Street is closed' }] }
  const changes: object[] = [
    ...[9, 12, 17].flatMap((hour) =>
      listTrips(0, hour)
        .slice(0, 2)
        .map((tripId) => ({ type: 'cancellation', tripId, serviceDates: [DATE] })),
    ),
    {
      type: 'cancellation',
      routeId: town.lines[4]?.id,
      period: { start: '2026-06-03T18:00:00Z', end: '2026-06-03T19:00:00Z' },
      ...alerted,
    },
    { type: 'skipped-stops', stopIds: [closed], routeId: town.lines[1]?.id, ...alerted },
    {
      type: 'detour',
      routeId: town.lines[1]?.id,
      serviceDates: [DATE],
      stops: [{ stopId: moved, replacementStopId: elsewhere }, { stopId: skipped }],
      ...alerted,
    },
    ...[10, 15, 20].map((hour, index) => ({
      type: 'added-trip',
      tripId: `extra-${index}`,
      likeTripId: listTrips(3, hour)[0],
      startTime: `${hour}:07:00`,
      serviceDates: [DATE],
    })),
  ]
  return changes.map((change, index) => serviceChangeSchema.parse({ id: `change-${index}`, ...change }))
}

const alerts = [
  serviceAlertSchema.parse({
    id: 'market',
    effect: 'DETOUR',
    cause: 'SPECIAL_EVENT',
    header: [{ language: 'en', text: 'Market day' }],
    activePeriods: [{ start: '2026-06-03T06:00:00Z', end: '2026-06-03T16:00:00Z' }],
    informedEntities: [{ routeId: town.lines[0]?.id ?? '' }, { stopId: town.stops[3]?.id ?? '' }],
  }),
]

test.runIf(hasGtfsRtValidator())(
  'a day with cancellations, detours, added trips and buses without trip ids has no error and no warning',
  { timeout: 300_000 },
  async () => {
    process.stderr.write(`The town's seed is ${SEED}.\n`)
    const day = createTownDay(SEED, 2026)
    const { timetable, zip } = day
    const changes = createChanges()
    const moments: JudgedMoment[] = []
    const feeds = new Map<string, Feed>()
    const seen = { cancelled: 0, added: 0, skipped: 0, matched: 0, unmatched: 0, wrong: 0 }
    for (const snapshot of day.snapshots(DAWN, DAWN + 24 * HOUR_MS, STEP_MS)) {
      const now = snapshot.time
      if ((now - DAWN) % JUDGED_EVERY_MS !== 0 || now === DAWN) continue
      const moment = createTransitMoment({ timetable, snapshot, changes, alerts, now })
      const { trips, tripsByKey, vehicles } = moment
      const write = (role: string, entities: readonly Entity[]): Uint8Array => {
        const encoded = Buffer.concat(entities.map(encodeEntity))
        const previous = feeds.get(role)
        const feed = createFeed({ entities, encoded, version: timetable.version, now, speed: 1, previous })
        feeds.set(role, feed)
        return feed.bytes
      }
      const updates = trips.flatMap((trip) => createTripUpdate(timetable, trip, now) ?? [])
      const positions = [...createVehicleEntities({ timetable, vehicles, trips: tripsByKey, now, speed: 1 })]
      for (const { tripUpdate } of updates) {
        if (tripUpdate?.trip?.scheduleRelationship === 3) seen.cancelled++
        if ([6, 8].includes(tripUpdate?.trip?.scheduleRelationship ?? 0)) seen.added++
        if (tripUpdate?.stopTimeUpdate?.some(({ scheduleRelationship }) => scheduleRelationship === 1))
          seen.skipped++
      }
      for (const vehicle of vehicles) {
        const bus = town.vehicles.find(({ id }) => id === vehicle.id)
        if (bus?.says === 'trip') continue
        if (vehicle.tripId === null) seen.unmatched++
        else if (blocks.get(vehicle.id)?.trips.some(({ id }) => id === vehicle.tripId)) seen.matched++
        else seen.wrong++
      }
      moments.push({
        at: now / 1000,
        feeds: {
          tu: write('tu', updates),
          vp: write('vp', positions),
          sa: write('sa', createAlertEntities(moment.alerts, timetable, now)),
        },
      })
    }
    process.stderr.write(`Of all moments together: ${JSON.stringify(seen)}\n`)
    expect(Math.min(seen.cancelled, seen.added, seen.skipped)).toBeGreaterThan(20)
    // Buses that know no trip are matched to one of their own, or to none.
    expect(seen.wrong).toBe(0)
    expect(seen.matched).toBeGreaterThan(50)
    const alone = moments.flatMap(({ at, feeds }) =>
      Object.entries(feeds).map(([role, bytes]) => ({ at, role, feeds: { [role]: bytes } })),
    )
    for (const [index, notices] of (await judgeMoments(zip, alone)).entries()) {
      const { at = 0, role } = alone[index] ?? {}
      expect.soft(notices, `${role} at ${new Date(at * 1000).toISOString()}`).toEqual([])
    }
  },
)
