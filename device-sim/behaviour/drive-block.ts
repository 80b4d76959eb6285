import {
  PLANNED_DWELL_SECONDS,
  PLANNED_METRES_A_SECOND,
  type PlannedBlock,
  type PlannedTrip,
} from '../town/plan-buses.ts'
import type { Noise } from './noise.ts'

/** What turning round takes a driver at least. */
const TURN_SECONDS = 60
/** One trip in so many is held up before it starts, by so much at most. */
const HELD_UP_EVERY = 10
const HELD_UP_SECONDS = 300
const LEAVES_LATE_SECONDS = 25
/** More stops than a way has. */
const STOPS_MAX = 128

/** Where a bus is when: seconds after noon minus 12 hours, and metres along the trip's way. */
export type Course = readonly { readonly seconds: number; readonly distanceM: number }[]

/** A trip as it went on one day. */
export interface DrivenTrip {
  readonly trip: PlannedTrip
  /** From when on the bus stands at the first stop. */
  readonly readySeconds: number
  readonly course: Course
}

/**
 * How a bus gets through its day: faster or slower than planned, and differently from stop to stop. At timepoints it waits for
 * its time; being late it takes along to its next trip.
 */
export function driveBlock({ trips }: PlannedBlock, day: number, noise: Noise): DrivenTrip[] {
  let readySeconds = (trips[0]?.calls[0]?.seconds ?? 0) - LAYOVER_BEFORE_SECONDS
  return trips.map((trip, index) => {
    const number = day * 1_000 + index
    const course = driveTrip(trip, { number, readySeconds, noise })
    const driven = { trip, readySeconds, course }
    readySeconds = (course[course.length - 1]?.seconds ?? 0) + TURN_SECONDS
    return driven
  })
}

/** Before the first trip of a day a bus is at its stop for so long. */
const LAYOVER_BEFORE_SECONDS = 300

function driveTrip(
  { calls }: PlannedTrip,
  { number, readySeconds, noise }: { number: number; readySeconds: number; noise: Noise },
): Course {
  const pace = 0.92 + 0.24 * noise.at('pace', number)
  const isHeldUp = noise.at('held up', number) < 1 / HELD_UP_EVERY
  const course: { seconds: number; distanceM: number }[] = []
  let seconds = readySeconds
  let lastM = calls[0]?.distanceM ?? 0
  for (const [index, call] of calls.entries()) {
    const step = number * STOPS_MAX + index
    const { distanceM } = call
    seconds += ((distanceM - lastM) / PLANNED_METRES_A_SECOND) * pace * (0.85 + 0.3 * noise.at('link', step))
    course.push({ seconds, distanceM })
    lastM = distanceM
    if (index === calls.length - 1) break
    if (index > 0) seconds += PLANNED_DWELL_SECONDS * (0.4 + 1.2 * noise.at('dwell', step))
    if (call.isTimepoint) seconds = Math.max(seconds, call.seconds)
    if (index === 0) seconds -= LEAVES_LATE_SECONDS * Math.log(1 - 0.95 * noise.at('leaves', number))
    if (index === 0 && isHeldUp) seconds += HELD_UP_SECONDS * noise.at('held up for', number)
    course.push({ seconds, distanceM })
  }
  return course
}
