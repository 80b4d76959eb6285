import type { Timetable } from '../timetable/timetable.ts'
import { createPathGrid } from './path-grid.ts'
import type { RunDay, RunDays } from './run-days.ts'
import type { RunSchedule } from './run-schedule.ts'
import type { Sighting } from './sighting.ts'
import type { PathPass, TripPath, TripPaths } from './trip-paths.ts'
import type { TripRun } from './trip-run.ts'

/** Receivers err by some 10 m in the open, more between houses, and shapes are drawn along the middle of a street. */
const OFFSET_SIGMA_M = 25
/** Further off than this it is on another street. */
const OFFSET_MAX_M = 120
const HEADING_SIGMA_DEGREES = 35
/** The other way along the same street, against which nothing else can speak as loudly. */
const HEADING_WORST = -8
/** Buses run late far more often than early, and by more. */
const LATE_SIGMA_SECONDS = 420
const EARLY_SIGMA_SECONDS = 150
/** Where a trip begins, they wait: to be early is no more unlikely than to be late. */
const WAITING_SIGMA_SECONDS = 420
const START_M = 150
/** Later or earlier than this it is more likely to be another trip than this one. */
const LATE_MAX_SECONDS = 2_700
const EARLY_MAX_SECONDS = 900

/** How well a sighting fits a run. */
export interface TripFit {
  readonly run: TripRun
  readonly path: TripPath
  readonly pass: PathPass
  /** Whether it is where the trip begins, where vehicles wait for their time. */
  readonly isAtStart: boolean
  /** Positive where it is late. */
  readonly deviationSeconds: number
  /** Log-likelihoods, 0 where everything fits: of the place and the heading, and of the deviation; all Gaussian. */
  readonly placeScore: number
  readonly timeScore: number
  /** Their sum. */
  readonly score: number
}

export interface TripFits {
  /** The runs that a vehicle may be on, by where it is, where it heads (null: unknown) and when. */
  list(sighting: Sighting, bearingDegrees: number | null): readonly TripFit[]
  /** The best fit to one run; undefined where the vehicle is not near its path at anything like its time. */
  find(run: TripRun, sighting: Sighting, bearingDegrees: number | null): TripFit | undefined
}

export function createTripFits({
  timetable,
  runDays,
  paths,
  schedule,
}: {
  readonly timetable: Timetable
  readonly runDays: RunDays
  readonly paths: TripPaths
  readonly schedule: RunSchedule
}): TripFits {
  const { routes, trips } = timetable
  const grid = createPathGrid()
  const inGrid = new Set<TripPath>()
  const byPath = new WeakMap<RunDay, ReadonlyMap<TripPath, readonly TripRun[]>>()

  return {
    list(sighting, bearingDegrees) {
      const { longitude, latitude, time } = sighting
      const days = runDays.around(time).map(groupByPath)
      const fits: TripFit[] = []
      for (const path of grid.listNear(longitude, latitude)) {
        const runs = days.flatMap((day) => day.get(path) ?? []).filter((run) => mayBe(run, sighting))
        if (runs.length === 0) continue
        const passes = paths.listPasses(path, longitude, latitude, OFFSET_MAX_M)
        for (const run of runs) {
          const fit = findBest(run, path, passes, time, bearingDegrees)
          if (fit) fits.push(fit)
        }
      }
      return fits
    },
    find(run, { longitude, latitude, time }, bearingDegrees) {
      const path = paths.ofTrip(run.trip)
      const passes = paths.listPasses(path, longitude, latitude, OFFSET_MAX_M)
      return findBest(run, path, passes, time, bearingDegrees)
    },
  }

  function groupByPath(day: RunDay): ReadonlyMap<TripPath, readonly TripRun[]> {
    let grouped = byPath.get(day)
    if (!grouped) {
      grouped = Map.groupBy(day.runs, ({ trip }) => paths.ofTrip(trip))
      byPath.set(day, grouped)
      for (const path of grouped.keys()) {
        if (inGrid.has(path)) continue
        inGrid.add(path)
        grid.add(path)
      }
    }
    return grouped
  }

  function mayBe(run: TripRun, { time, routeId, directionId, startDate, startTime }: Sighting): boolean {
    if (time < run.startsAt - EARLY_MAX_SECONDS * 1000 || time > run.endsAt + LATE_MAX_SECONDS * 1000)
      return false
    // A route that the timetable does not know says nothing about those that it does.
    const route = routeId === null ? undefined : routes.indexOf.get(routeId)
    if (route !== undefined && trips.routes[run.trip] !== route) return false
    if (startDate !== null && startDate !== run.serviceDate) return false
    const direction = trips.directions[run.trip] ?? -1
    if (directionId !== null && direction >= 0 && direction !== directionId) return false
    return startTime === null || run.startTime === null || run.startTime === startTime
  }

  function findBest(
    run: TripRun,
    path: TripPath,
    passes: readonly PathPass[],
    time: number,
    bearingDegrees: number | null,
  ): TripFit | undefined {
    let best: TripFit | undefined
    for (const pass of passes) {
      const deviationSeconds = (time - schedule.aimedTimeAt(run, pass.distanceM)) / 1000
      if (deviationSeconds > LATE_MAX_SECONDS || deviationSeconds < -EARLY_MAX_SECONDS) continue
      const isAtStart = pass.distanceM - schedule.distanceAt(run, 0) < START_M
      const placeScore = scorePlace(pass, bearingDegrees)
      const timeScore = scoreTime(deviationSeconds, isAtStart)
      const score = placeScore + timeScore
      if (!best || score > best.score) {
        best = { run, path, pass, isAtStart, deviationSeconds, placeScore, timeScore, score }
      }
    }
    return best
  }
}

function scorePlace(pass: PathPass, bearingDegrees: number | null): number {
  const score = gaussian(pass.offsetM / OFFSET_SIGMA_M)
  if (bearingDegrees === null) return score
  const turn = Math.abs(((bearingDegrees - pass.bearingDegrees + 540) % 360) - 180)
  return score + Math.max(HEADING_WORST, gaussian(turn / HEADING_SIGMA_DEGREES))
}

function scoreTime(deviationSeconds: number, isAtStart: boolean): number {
  if (deviationSeconds > 0) return gaussian(deviationSeconds / LATE_SIGMA_SECONDS)
  return gaussian(deviationSeconds / (isAtStart ? WAITING_SIGMA_SECONDS : EARLY_SIGMA_SECONDS))
}

function gaussian(deviations: number): number {
  return -0.5 * deviations * deviations
}
