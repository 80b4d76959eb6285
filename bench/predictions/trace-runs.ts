import type { PredictedRun } from '../../transit/predict/followed-run.ts'
import {
  createTripProgress,
  type ProgressStep,
  type TripProgress,
} from '../../transit/progress/trip-progress.ts'
import { serviceDayStart } from '../../transit/timetable/service-day-start.ts'
import type { Timetable } from '../../transit/timetable/timetable.ts'
import type { Position } from './read-positions.ts'

/** Without a position so shortly before, it is not known how a vehicle goes on, and nothing is asked of it. */
const FOLLOWED_MS = 150_000

/** One vehicle's run, and when it came to its stops; NaN where that was not seen. */
export interface TracedRun {
  readonly run: PredictedRun
  readonly vehicleId: string
  readonly stopCount: number
  readonly routeId: string
  readonly arrivals: Float64Array
}

export interface TracedStep {
  readonly traced: TracedRun
  readonly step: ProgressStep
  /** Whether predictions are asked for: at every second position. */
  readonly isAsked: boolean
}

interface Trace extends TracedRun {
  readonly progress: TripProgress
  count: number
  lastTime: number
}

/** The positions on their trips' shapes, in the order of time, and what came of the runs. */
export function traceRuns(timetable: Timetable, positions: readonly Position[]): TracedStep[] {
  const { trips, routes, timeZone } = timetable
  const traces = new Map<string, Trace>()
  return positions.flatMap((position): TracedStep[] => {
    const trace = findTrace(position)
    const step = trace?.progress.observe(position.time, position.longitude, position.latitude)
    if (!trace || !step) return []
    for (const { stopIndex, time } of step.arrivals) trace.arrivals[stopIndex] = time
    const isAsked = trace.count % 2 === 0 && step.time - trace.lastTime <= FOLLOWED_MS
    trace.count += 1
    trace.lastTime = step.time
    return [{ traced: trace, step, isAsked }]
  })

  function findTrace({ tripId, serviceDate, vehicleId }: Position): Trace | undefined {
    const key = `${tripId}:${serviceDate}:${vehicleId}`
    const known = traces.get(key)
    const trip = trips.indexOf.get(tripId)
    if (known || trip === undefined) return known
    const stopCount = (trips.firstStopTimes[trip + 1] ?? 0) - (trips.firstStopTimes[trip] ?? 0)
    const trace: Trace = {
      run: { key, trip, serviceDate, zero: serviceDayStart(timeZone, serviceDate) },
      vehicleId,
      stopCount,
      routeId: routes.ids[trips.routes[trip] ?? -1] ?? '',
      arrivals: new Float64Array(stopCount).fill(Number.NaN),
      // The published figures were made with progress that never goes back.
      progress: createTripProgress(timetable, trip, { restartAfter: Number.POSITIVE_INFINITY }),
      count: 0,
      lastTime: Number.NaN,
    }
    traces.set(key, trace)
    return trace
  }
}
