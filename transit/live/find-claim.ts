import type { Timetable } from '../timetable/timetable.ts'
import type { RunDays } from './run-days.ts'
import type { Sighting } from './sighting.ts'
import type { TripRun } from './trip-run.ts'

/** A vehicle that says so is believed from so long before its trip begins until so long after it is to end. */
const BEFORE_MS = 3_600_000
const AFTER_MS = 2 * 3_600_000
const DAY_SECONDS = 86_400

export type Claim = Pick<Sighting, 'time' | 'tripId' | 'routeId' | 'directionId' | 'startDate' | 'startTime'>

/**
 * The run that somebody says to be on, by its trip, or, as Helsinki's buses do, by route, date and start. Where no date is
 * told it is the day whose run is nearest: yesterday's past midnight, too. Undefined where the timetable has no such trip, or
 * it does not run then: what is claimed may be a timetable's that is out of date.
 */
export function findClaim(timetable: Timetable, runDays: RunDays, claim: Claim): TripRun | undefined {
  const { time, tripId, startDate, startTime } = claim
  const trip = tripId === null ? undefined : timetable.trips.indexOf.get(tripId)
  const candidates =
    trip !== undefined
      ? runDays.listAround(trip, time).filter((run) => run.startTime === null || isAt(run, startTime))
      : findByStart(timetable, runDays, claim)
  let nearest: TripRun | undefined
  for (const run of candidates) {
    if (startDate !== null && run.serviceDate !== startDate) continue
    if (time < run.startsAt - BEFORE_MS || time > run.endsAt + AFTER_MS) continue
    if (!nearest || distanceTo(run, time) < distanceTo(nearest, time)) nearest = run
  }
  return nearest
}

function findByStart(
  { routes, trips, stopTimes }: Timetable,
  runDays: RunDays,
  { time, routeId, directionId, startDate, startTime }: Claim,
): readonly TripRun[] {
  const route = routeId === null ? undefined : routes.indexOf.get(routeId)
  const start = startTime === null ? undefined : readSeconds(startTime)
  if (route === undefined || start === undefined || startDate === null) return []
  const runs = runDays
    .around(time)
    .flatMap(({ byRoute }) => byRoute.get(route) ?? [])
    .filter((run) => {
      const direction = trips.directions[run.trip] ?? -1
      if (directionId !== null && direction >= 0 && direction !== directionId) return false
      const departure = stopTimes.departures[trips.firstStopTimes[run.trip] ?? 0] ?? 0
      const seconds = run.startTime === null ? departure : (readSeconds(run.startTime) ?? 0)
      // After midnight a clock on board may say 00:10 where the timetable says 24:10.
      return seconds === start || seconds === start + DAY_SECONDS
    })
  // Two that leave at once, such as to two branches, are not told apart by it.
  const ofDate = runs.filter(({ serviceDate }) => serviceDate === startDate)
  return ofDate.length === 1 ? ofDate : []
}

function isAt({ startTime }: TripRun, claimed: string | null): boolean {
  return claimed === null || readSeconds(claimed) === readSeconds(startTime ?? '')
}

function readSeconds(text: string): number | undefined {
  const [hours, minutes, seconds = 0] = text.split(':').map(Number)
  const value = (hours ?? Number.NaN) * 3600 + (minutes ?? Number.NaN) * 60 + seconds
  return Number.isNaN(value) ? undefined : value
}

/** How far a time is from when a run is under way, in ms; of two that are under way the one that began later is nearer. */
function distanceTo(run: TripRun, time: number): number {
  if (time < run.startsAt) return run.startsAt - time
  if (time > run.endsAt) return time - run.endsAt
  return (time - run.startsAt) / 1e6
}
