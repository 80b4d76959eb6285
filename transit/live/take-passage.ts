import type { Timetable } from '../timetable/timetable.ts'
import { findClaim } from './find-claim.ts'
import type { RunDays } from './run-days.ts'
import type { RunSchedule } from './run-schedule.ts'
import type { RunStates } from './run-states.ts'
import type { TripRun } from './trip-run.ts'
import type { VehicleState } from './vehicle-state.ts'

/** A passage that is further from the timetable than this is another run's, or of a clock that is wrong. */
const DEVIATION_MAX_MS = 2 * 3_600_000

/** That a display at a stop saw a vehicle come and go; times in ms since 1970. */
export interface Passage {
  /** Of the timetable: the stop, or its parts, that the display is at. */
  readonly stopIds: readonly string[]
  readonly vehicle: string | null
  readonly tripId: string | null
  readonly arrivalTime: number | null
  readonly departureTime: number | null
}

/** Takes a passage as an observation of the run that it is of, and says of which stop; undefined where it fits none. */
export function takePassage(
  {
    timetable,
    runDays,
    schedule,
    states,
    findVehicle,
  }: {
    readonly timetable: Timetable
    readonly runDays: RunDays
    readonly schedule: RunSchedule
    readonly states: RunStates
    readonly findVehicle: (id: string) => VehicleState | undefined
  },
  { stopIds, vehicle, tripId, arrivalTime, departureTime }: Passage,
): { readonly run: TripRun; readonly stopIndex: number } | undefined {
  const time = arrivalTime ?? departureTime
  if (time === null) return undefined
  const run = findRun(time)
  const stopIndex = run ? findStop(run, time) : -1
  if (!run || stopIndex < 0) return undefined
  const state = states.getOrAdd(run)
  states.visit(state, stopIndex, arrivalTime, departureTime)
  return { run, stopIndex }

  function findRun(at: number): TripRun | undefined {
    const claimed =
      tripId === null
        ? undefined
        : findClaim(timetable, runDays, {
            time: at,
            tripId,
            routeId: null,
            directionId: null,
            startDate: null,
            startTime: null,
          })
    return claimed ?? (vehicle === null ? undefined : findVehicle(vehicle)?.duty?.run)
  }

  /** Of several calls of a run at the stop, as loops make, the one that is nearest to its time. */
  function findStop(run: TripRun, at: number): number {
    let best = -1
    let bestDeviation = DEVIATION_MAX_MS
    for (let index = 0; index < schedule.stopCount(run); index += 1) {
      const stop = timetable.stopTimes.stops[schedule.stopTimeAt(run, index)] ?? -1
      if (!stopIds.includes(timetable.stops.ids[stop] ?? '')) continue
      const deviation = Math.abs(at - schedule.arrivalAt(run, index))
      if (deviation < bestDeviation) [best, bestDeviation] = [index, deviation]
    }
    return best
  }
}
