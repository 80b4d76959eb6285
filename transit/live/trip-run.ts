import { formatServiceTime } from '../timetable/service-time.ts'
import type { Timetable } from '../timetable/timetable.ts'

/** One trip of one service day; of a trip that repeats by a headway, one of its starts. */
export interface TripRun {
  /** Tells it from every other run of the same timetable. */
  readonly key: string
  readonly trip: number
  /** Such as 20260216. */
  readonly serviceDate: string
  /** Such as 25:10:00 for a trip that repeats by a headway; null otherwise. */
  readonly startTime: string | null
  /** What the trip's times in the timetable are to be added to, in ms since 1970. */
  readonly zero: number
  /** When it leaves its first stop and reaches its last one by the timetable, in ms since 1970. */
  readonly startsAt: number
  readonly endsAt: number
}

/** The run of a trip; undefined where the trip has no stop times. `startSeconds` only for one that repeats. */
export function createTripRun(
  { trips, stopTimes }: Timetable,
  trip: number,
  serviceDate: string,
  dayStart: number,
  startSeconds?: number,
): TripRun | undefined {
  const first = trips.firstStopTimes[trip] ?? 0
  const end = trips.firstStopTimes[trip + 1] ?? first
  if (end <= first) return undefined
  const firstDeparture = stopTimes.departures[first] ?? 0
  const zero = dayStart + (startSeconds === undefined ? 0 : startSeconds - firstDeparture) * 1000
  const startTime = startSeconds === undefined ? null : formatServiceTime(startSeconds)
  return {
    key: `${trip}:${serviceDate}:${startTime ?? ''}`,
    trip,
    serviceDate,
    startTime,
    zero,
    startsAt: zero + firstDeparture * 1000,
    endsAt: zero + (stopTimes.arrivals[end - 1] ?? 0) * 1000,
  }
}
