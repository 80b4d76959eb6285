import type { Timetable } from '../timetable/timetable.ts'
import { findClaim } from './find-claim.ts'
import type { OutsideUpdate } from './read-trip-updates.ts'
import type { RunDays } from './run-days.ts'
import type { TripRun } from './trip-run.ts'

const DAY_MS = 86_400_000

export interface OutsideTrip {
  readonly run: TripRun
  readonly update: OutsideUpdate
}

/** What other operators' systems predict, the newest of each run. */
export interface OutsideUpdates {
  /** Instead of what the same source said before. Trips that the timetable does not have are left out. */
  set(source: string, updates: readonly OutsideUpdate[], receivedTime: number): void
  find(run: TripRun): OutsideTrip | undefined
  list(): Iterable<OutsideTrip>
  /** Forgets what was made before a time in ms since 1970. */
  trim(before: number): void
}

export function createOutsideUpdates(timetable: Timetable, runDays: RunDays): OutsideUpdates {
  const sources = new Map<string, Map<string, OutsideTrip>>()
  return { set, find, list, trim }

  function set(source: string, updates: readonly OutsideUpdate[], receivedTime: number): void {
    const trips = new Map<string, OutsideTrip>()
    for (const update of updates) {
      const run = findRun(update, receivedTime)
      if (!run) continue
      const before = trips.get(run.key)
      if (!before || before.update.time <= update.time) trips.set(run.key, { run, update })
    }
    sources.set(source, trips)
  }

  function findRun(update: OutsideUpdate, receivedTime: number): TripRun | undefined {
    const { tripId, startDate, startTime } = update
    const trip = timetable.trips.indexOf.get(tripId)
    if (trip === undefined) return undefined
    if (startDate !== null) {
      // Also of tomorrow, as cancellations are; beyond that nobody asks yet.
      const days = [...runDays.around(receivedTime), ...runDays.around(receivedTime + DAY_MS)]
      const runs = days.find(({ date }) => date === startDate)?.byTrip.get(trip) ?? []
      return runs.find((run) => run.startTime === null || run.startTime === startTime)
    }
    const [first] = update.stops
    const time = first?.arrivalTime ?? first?.departureTime ?? receivedTime
    return findClaim(timetable, runDays, {
      time,
      tripId,
      routeId: null,
      directionId: null,
      startDate,
      startTime,
    })
  }

  function find({ key }: TripRun): OutsideTrip | undefined {
    let newest: OutsideTrip | undefined
    for (const trips of sources.values()) {
      const found = trips.get(key)
      if (found && !(newest && newest.update.time >= found.update.time)) newest = found
    }
    return newest
  }

  function* list(): Iterable<OutsideTrip> {
    for (const trips of sources.values()) yield* trips.values()
  }

  function trim(before: number): void {
    for (const [source, trips] of sources) {
      for (const [key, { update }] of trips) if (update.time < before) trips.delete(key)
      if (trips.size === 0) sources.delete(source)
    }
  }
}
