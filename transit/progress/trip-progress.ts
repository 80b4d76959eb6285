import type { Timetable } from '../timetable/timetable.ts'
import { projectOnShape } from './project-on-shape.ts'

/** A position further beside the shape than this is not on the trip. */
const OFFSET_MAX_M = 100
/** A position further back than this is of another pass by the same place, or a receiver's fault; nearer it is jitter. */
const BACK_MAX_M = 100
/** No bus is faster (144 km/h), and receivers err by no more than the margin. */
const SPEED_MAX_M_PER_MS = 0.04
const JUMP_MARGIN_M = 200
/** Between positions further apart than this it is not known when the stops in between were reached. */
const GAP_MAX_MS = 150_000
/** A vehicle that moved less than this stands. */
const STILL_M = 20
/** So many positions in turn that do not follow from the last one are right, and the last one was wrong. */
const RESTART_AFTER = 4

/** A stop of the trip, counted from 0, that was reached; the time in ms since 1970. */
interface StopArrival {
  readonly stopIndex: number
  readonly time: number
}

export interface ProgressStep {
  readonly time: number
  /** Along the shape: the furthest so far, as receivers jitter and buses do not turn round. */
  readonly distanceM: number
  /** From the trip's first stop; below 0 before it. */
  readonly fromStartM: number
  /** The first stop that lies ahead; the count of stops behind the last one. */
  readonly nextStopIndex: number
  /** What of the way from the stop before lies ahead, from 0 to 1. */
  readonly aheadRatio: number
  /** Stops reached since the position before, where that was no longer ago than is fit to tell when. */
  readonly arrivals: readonly StopArrival[]
  /** Since when it stands here, in ms since 1970; this position's time where it moves. */
  readonly stillSince: number
}

/** How one vehicle gets on with one trip. Times are ms since 1970. */
export interface TripProgress {
  /** Undefined where the position is beside the shape, does not follow from the last, or is not later. */
  observe(time: number, longitude: number, latitude: number): ProgressStep | undefined
  /** The same for who knows how far along the way the vehicle is. */
  advance(time: number, distanceM: number): ProgressStep | undefined
}

export interface TripProgressOptions {
  /** Metres along the way by stop, where they are not the timetable's: a trip without a shape has none. */
  readonly stopDistances?: ArrayLike<number>
  /** Infinity for progress that never goes back. */
  readonly restartAfter?: number
}

/** Without a shape nothing can be projected here, and `observe` knows nothing. */
export function createTripProgress(
  { trips, stopTimes, shapes }: Timetable,
  trip: number,
  { stopDistances: given, restartAfter = RESTART_AFTER }: TripProgressOptions = {},
): TripProgress {
  const shape = trips.shapes[trip] ?? -1
  const stopDistances =
    given ?? stopTimes.shapeDistances.subarray(trips.firstStopTimes[trip], trips.firstStopTimes[trip + 1])
  const startM = stopDistances[0] ?? 0
  let [lastTime, lastM, nextStopIndex] = [Number.NaN, Number.NEGATIVE_INFINITY, 0]
  let [stillSince, stillM] = [Number.NaN, Number.NaN]
  let strayCount = 0
  return { observe, advance }

  function observe(time: number, longitude: number, latitude: number): ProgressStep | undefined {
    if (shape < 0) return undefined
    const place = projectOnShape(shapes, shape, longitude, latitude)
    return place && place.offsetM <= OFFSET_MAX_M ? advance(time, place.distanceM) : undefined
  }

  function advance(time: number, metres: number): ProgressStep | undefined {
    if (time <= lastTime || Number.isNaN(metres)) return undefined
    if (isStray(time, metres)) {
      strayCount += 1
      if (strayCount < restartAfter) return undefined
      ;[lastTime, lastM, nextStopIndex, stillM] = [Number.NaN, Number.NEGATIVE_INFINITY, 0, Number.NaN]
    }
    strayCount = 0
    const distanceM = Math.max(lastM, metres)
    const arrivals = passStops(time, distanceM)
    if (!(distanceM - stillM < STILL_M)) [stillSince, stillM] = [time, distanceM]
    ;[lastTime, lastM] = [time, distanceM]
    const aheadRatio = findAheadRatio(distanceM)
    return {
      time,
      distanceM,
      fromStartM: distanceM - startM,
      nextStopIndex,
      aheadRatio,
      arrivals,
      stillSince,
    }
  }

  function isStray(time: number, metres: number): boolean {
    return (
      metres < lastM - BACK_MAX_M || metres > lastM + JUMP_MARGIN_M + (time - lastTime) * SPEED_MAX_M_PER_MS
    )
  }

  /** Between two positions the vehicle is taken to go evenly. */
  function passStops(time: number, distanceM: number): readonly StopArrival[] {
    const isKnown = time - lastTime <= GAP_MAX_MS
    const arrivals: StopArrival[] = []
    while ((stopDistances[nextStopIndex] ?? Number.NaN) <= distanceM) {
      const stopM = stopDistances[nextStopIndex] as number
      if (isKnown && stopM > lastM) {
        const ratio = (stopM - lastM) / (distanceM - lastM)
        arrivals.push({ stopIndex: nextStopIndex, time: lastTime + ratio * (time - lastTime) })
      }
      nextStopIndex += 1
    }
    return arrivals
  }

  function findAheadRatio(distanceM: number): number {
    const fromM = stopDistances[nextStopIndex - 1]
    const toM = stopDistances[nextStopIndex]
    if (fromM === undefined || toM === undefined) return 1
    return toM > fromM ? (toM - distanceM) / (toM - fromM) : 0
  }
}
