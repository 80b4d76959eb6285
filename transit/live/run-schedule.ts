import type { Timetable } from '../timetable/timetable.ts'
import type { TripPaths } from './trip-paths.ts'
import type { TripRun } from './trip-run.ts'

/** What the timetable says of a run, by its stops counted from 0 and by metres along its path. */
export interface RunSchedule {
  stopCount(run: TripRun): number
  /** The stop's row in the timetable's stop times. */
  stopTimeAt(run: TripRun, stopIndex: number): number
  distanceAt(run: TripRun, stopIndex: number): number
  /** In ms since 1970. */
  arrivalAt(run: TripRun, stopIndex: number): number
  departureAt(run: TripRun, stopIndex: number): number
  /** When it is to be at a place between its stops, in ms since 1970: as if it went evenly from each to the next. */
  aimedTimeAt(run: TripRun, distanceM: number): number
  /** The first stop at or behind a place; the count of stops behind the last one. */
  firstStopFrom(run: TripRun, distanceM: number): number
}

export function createRunSchedule({ trips, stopTimes }: Timetable, paths: TripPaths): RunSchedule {
  return { stopCount, stopTimeAt, distanceAt, arrivalAt, departureAt, aimedTimeAt, firstStopFrom }

  function stopCount({ trip }: TripRun): number {
    return (trips.firstStopTimes[trip + 1] ?? 0) - (trips.firstStopTimes[trip] ?? 0)
  }

  function stopTimeAt({ trip }: TripRun, stopIndex: number): number {
    return (trips.firstStopTimes[trip] ?? 0) + stopIndex
  }

  function distanceAt({ trip }: TripRun, stopIndex: number): number {
    return paths.stopDistance(trip, stopIndex)
  }

  function arrivalAt(run: TripRun, stopIndex: number): number {
    return run.zero + (stopTimes.arrivals[stopTimeAt(run, stopIndex)] ?? 0) * 1000
  }

  function departureAt(run: TripRun, stopIndex: number): number {
    return run.zero + (stopTimes.departures[stopTimeAt(run, stopIndex)] ?? 0) * 1000
  }

  function aimedTimeAt(run: TripRun, distanceM: number): number {
    const next = firstStopFrom(run, distanceM)
    if (next === 0) return departureAt(run, 0)
    if (next === stopCount(run)) return arrivalAt(run, next - 1)
    const from = distanceAt(run, next - 1)
    const length = distanceAt(run, next) - from
    const left = departureAt(run, next - 1)
    const share = length <= 0 ? 1 : (distanceM - from) / length
    return left + share * (arrivalAt(run, next) - left)
  }

  function firstStopFrom(run: TripRun, distanceM: number): number {
    let low = 0
    let high = stopCount(run)
    while (low < high) {
      const middle = (low + high) >> 1
      if (distanceAt(run, middle) < distanceM) low = middle + 1
      else high = middle
    }
    return low
  }
}
