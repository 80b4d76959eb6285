import type { PredictedRun } from '../../../transit/predict/followed-run.ts'
import { createPredictor, type Predictor, type PredictorOptions } from '../../../transit/predict/predictor.ts'
import { createTripProgress } from '../../../transit/progress/trip-progress.ts'
import { readTimetable } from '../../../transit/timetable/read-timetable.ts'
import { serviceDayStart } from '../../../transit/timetable/service-day-start.ts'
import type { Timetable } from '../../../transit/timetable/timetable.ts'
import { buildGtfs } from '../../fixtures/build-gtfs.ts'

/** A Monday. */
export const DATE = '20260302'
export const MINUTE = 60_000

/** The town's buses take a minute from stop to stop by the timetable, of which there are 12, 500 m apart. */
export function openTown(changes: Parameters<typeof buildGtfs>[0] = {}): Timetable {
  const { timetable, errors } = readTimetable(buildGtfs(changes))
  if (!timetable) throw new Error(JSON.stringify(errors))
  return timetable
}

export function createTestPredictor(
  timetable: Timetable,
  options: Partial<PredictorOptions> = {},
): Predictor {
  return createPredictor({ timetable, leanPercent: 0, ...options })
}

export function runOf(timetable: Timetable, tripId: string, serviceDate = DATE): PredictedRun {
  const trip = timetable.trips.indexOf.get(tripId)
  if (trip === undefined) throw new Error(`no trip ${tripId}`)
  const zero = serviceDayStart(timetable.timeZone, serviceDate)
  return { key: `${tripId}:${serviceDate}`, trip, serviceDate, zero }
}

export function distanceOf(timetable: Timetable, run: PredictedRun, stopIndex: number): number {
  const row = (timetable.trips.firstStopTimes[run.trip] ?? 0) + stopIndex
  return timetable.stopTimes.shapeDistances[row] ?? Number.NaN
}

/** When the timetable has a run at a stop. */
export function aimedAt(timetable: Timetable, run: PredictedRun, stopIndex: number): number {
  const row = (timetable.trips.firstStopTimes[run.trip] ?? 0) + stopIndex
  return run.zero + (timetable.stopTimes.arrivals[row] ?? 0) * 1000
}

export interface Drive {
  /** When it comes to each stop, in ms since 1970; it goes evenly in between. */
  readonly arrivals: readonly number[]
  /** Reports each 30 s from the first arrival to this time. */
  readonly until?: number
  readonly vehicleId?: string
}

/** Tells a predictor where a bus is, as its positions would. */
export function drive(timetable: Timetable, predictor: Predictor, run: PredictedRun, told: Drive): void {
  const { arrivals, vehicleId = 'bus' } = told
  const progress = createTripProgress(timetable, run.trip)
  const [start = 0] = arrivals
  const end = arrivals.at(-1) ?? start
  const until = told.until ?? end + MINUTE
  for (let time = start - MINUTE; time <= until; time += 30_000) {
    const next = arrivals.findIndex((arrival) => arrival > time)
    const from = distanceOf(timetable, run, Math.max(0, next - 1))
    const before = arrivals[next - 1]
    const to = distanceOf(timetable, run, next)
    const ratio = before === undefined ? 0 : (time - before) / ((arrivals[next] ?? 0) - before)
    const distanceM =
      next === -1 ? distanceOf(timetable, run, arrivals.length - 1) : from + ratio * (to - from)
    const step = progress.advance(
      time,
      before === undefined && next === 0 ? distanceOf(timetable, run, 0) : distanceM,
    )
    if (step) predictor.observe(run, vehicleId, step)
  }
}

/** Arrivals at all stops, each link so many times as long as by the timetable. */
export function arrivalsAt(
  timetable: Timetable,
  run: PredictedRun,
  start: number,
  slowness: number,
): number[] {
  return Array.from(
    { length: 12 },
    (_, stopIndex) => start + (aimedAt(timetable, run, stopIndex) - aimedAt(timetable, run, 0)) * slowness,
  )
}
