import { BEGUN_M, type FollowedRun, type RunTimes } from './followed-run.ts'
import type { Learnt } from './learnt.ts'
import { paceRatio } from './own-pace.ts'
import { type AgencyHolds, foreseeLateness, isHeld } from './stop-holds.ts'

/** A vehicle that stands on a link on which others wait is waiting, too, if it does for so long: no lights are red longer. */
const WAITING_AFTER_MS = 150_000
/** How fast a vehicle is on its way to the trip's first stop, in metres a second. */
const APPROACH_M_PER_SECOND = 6
/** Standing is part of what a link takes, of which it cannot be more than this. */
const DWELL_SHARE_MAX = 0.7

/** When a run will be at its later stops: index 0 is the stop `firstStopIndex` counted from 0. ms since 1970. */
export interface RunCourse {
  readonly firstStopIndex: number
  readonly arrivalTimes: Float64Array
  readonly departureTimes: Float64Array
  /** Timepoints that early buses are seen to wait at are not left before this; 0 at all other stops. */
  readonly heldUntilTimes: Float64Array
  /** When it will have left the stop behind it; NaN where it has. */
  readonly leavingTime: number
}

/** From where it was last seen. */
export function forecastRun(learnt: Learnt, times: RunTimes, followed: FollowedRun, now: number): RunCourse {
  const { run, step, nextStopIndex, seenTime } = followed
  const isAtStart = nextStopIndex === 1 && step !== undefined && step.fromStartM < BEGUN_M
  const waitsSince = step ? step.stillSince : Number.NaN
  const isWaiting = step !== undefined && seenTime - waitsSince >= WAITING_AFTER_MS
  const fromStop = isFromStop(followed)
  const course = goOn(learnt, times, followed, {
    firstStopIndex: nextStopIndex,
    time: fromStop ? seenTime : (step?.time ?? seenTime),
    now,
    aheadRatio: fromStop ? 1 : (step?.aheadRatio ?? 1),
    approachSeconds: step && nextStopIndex === 0 ? Math.max(0, -step.fromStartM) / APPROACH_M_PER_SECOND : 0,
    isWaiting: isWaiting || isAtStart,
  })
  // Nobody is on board who would rather go early: the first stop is left by the timetable, if not later.
  const leavingTime = isAtStart ? Math.max(now, times.aimedDeparture(run, 0), course.leavingTime) : Number.NaN
  return { ...course, leavingTime }
}

/** From the end of the run before it, for which its vehicle is ready at a time. */
export function forecastNextRun(
  learnt: Learnt,
  times: RunTimes,
  followed: FollowedRun,
  readyTime: number,
  now: number,
): RunCourse {
  const start = Math.max(readyTime, times.aimedDeparture(followed.run, 0))
  const course = goOn(learnt, times, followed, {
    firstStopIndex: 1,
    time: start,
    now,
    aheadRatio: 1,
    approachSeconds: 0,
    isWaiting: start > readyTime,
  })
  return {
    firstStopIndex: 0,
    arrivalTimes: Float64Array.of(Math.max(now, readyTime), ...course.arrivalTimes),
    departureTimes: Float64Array.of(Math.max(start, course.leavingTime || start), ...course.departureTimes),
    heldUntilTimes: Float64Array.of(times.aimedDeparture(followed.run, 0), ...course.heldUntilTimes),
    leavingTime: Number.NaN,
  }
}

/** A stop reported it later than a position was seen. */
function isFromStop({ step, seenTime, nextStopIndex }: FollowedRun): boolean {
  return step === undefined || step.nextStopIndex < nextStopIndex || step.time < seenTime
}

interface Start {
  readonly firstStopIndex: number
  readonly time: number
  readonly now: number
  /** What of the first link lies ahead, and what is to be gone before the first stop. */
  readonly aheadRatio: number
  readonly approachSeconds: number
  readonly isWaiting: boolean
}

function goOn(learnt: Learnt, times: RunTimes, followed: FollowedRun, start: Start): RunCourse {
  const { run, stopCount, pace } = followed
  const { firstStopIndex, now } = start
  const agency = learnt.holds.get(followed.agency)
  const ratio = paceRatio(pace)
  const arrivalTimes = new Float64Array(Math.max(0, stopCount - firstStopIndex))
  const departureTimes = new Float64Array(arrivalTimes.length)
  const heldUntilTimes = new Float64Array(arrivalTimes.length)
  let time = start.time + start.approachSeconds * 1000
  let leavingTime = Number.NaN
  for (let stopIndex = firstStopIndex; stopIndex < stopCount; stopIndex += 1) {
    const index = stopIndex - firstStopIndex
    if (stopIndex > 0) {
      const record = times.linkTo(run, stopIndex)
      const seconds = times.linkSeconds(run, stopIndex)
      const linkMs = learnt.linkTimes.expect(record, seconds, time, followed.cellAt(time)) * ratio * 1000
      const isFirst = index === 0
      const free = time + linkMs * (isFirst ? start.aheadRatio : 1)
      const place = { record, stopIndex, isTimepoint: times.isTimepoint(run, stopIndex - 1) }
      const isWaitedAt = agency !== undefined && isHeld(agency, place)
      time = isWaitedAt ? wait(agency, free, stopIndex, isFirst) : free
      if (isWaitedAt && place.isTimepoint && !isFirst)
        heldUntilTimes[index - 1] = times.aimedDeparture(run, stopIndex - 1)
      const leaving = Math.max(now, time - linkMs)
      if (isFirst) leavingTime = time > free ? leaving : Math.max(now, start.time)
      else
        departureTimes[index - 1] = leaveStop(
          stopIndex - 1,
          arrivalTimes[index - 1] as number,
          linkMs,
          time > free ? leaving : 0,
        )
    }
    // What has not been reached by now will be.
    time = Math.max(time, now)
    arrivalTimes[index] = time
  }
  const last = departureTimes.length - 1
  if (last >= 0) departureTimes[last] = arrivalTimes[last] as number
  return { firstStopIndex, arrivalTimes, departureTimes, heldUntilTimes, leavingTime }

  function wait(agency: AgencyHolds, free: number, stopIndex: number, isFirst: boolean): number {
    const aimed = times.aimedArrival(run, stopIndex)
    const held = Math.max(free, aimed)
    if (!isFirst || !start.isWaiting) return held
    const lateness = foreseeLateness(agency, (free - aimed) / 1000)
    return Number.isNaN(lateness) ? held : Math.max(held, aimed + lateness * 1000)
  }

  function leaveStop(stopIndex: number, arrival: number, linkMs: number, heldUntil: number): number {
    const stopId = learnt.links.stopId(times.stopAt(run, stopIndex))
    const dwellMs = Math.min(learnt.dwells.expect(stopId) * 1000, linkMs * DWELL_SHARE_MAX)
    const isFirst = stopIndex === 0
    return Math.max(arrival + dwellMs, heldUntil, isFirst ? times.aimedDeparture(run, 0) : 0)
  }
}
