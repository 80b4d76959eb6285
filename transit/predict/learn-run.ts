import type { FollowedRun, RunTimes } from './followed-run.ts'
import type { Learnt } from './learnt.ts'
import { learnPace } from './own-pace.ts'
import { isHeld, learnHold } from './stop-holds.ts'

/** A bus that came this much before its next trip's time, or later, did not wait for that. */
const NO_WAIT_MS = 60_000
/** A bus this early at a place where early ones wait: what it took from there tells nothing of the street. */
const EARLY_MS = 60_000

/** Of the link behind a stop that was reached. Of the first link it is only known where the start was seen. */
export function learnArrival(
  learnt: Learnt,
  times: RunTimes,
  { run, cellAt, arrivals, departures, startSeenTime, pace, agency }: FollowedRun,
  stopIndex: number,
  time: number,
): void {
  if (stopIndex === 0) return
  // A bus comes to its first stop long before it leaves it: it waited since it came, and drove since it left.
  const cameTime = (stopIndex === 1 ? startSeenTime : arrivals[stopIndex - 1]) ?? Number.NaN
  const fromTime = (stopIndex === 1 ? departures[0] : cameTime) ?? Number.NaN
  if (!(time >= fromTime)) return
  const record = times.linkTo(run, stopIndex)
  const timetableSeconds = times.linkSeconds(run, stopIndex)
  const cell = cellAt(time)
  const expected = learnt.linkTimes.expect(record, timetableSeconds, time, cell)
  const seconds = (time - fromTime) / 1000
  const place = { record, stopIndex, isTimepoint: times.isTimepoint(run, stopIndex - 1) }
  const aimedTime = times.aimedArrival(run, stopIndex)
  const holds = learnt.holds.get(agency)
  const isEarly = fromTime + expected * 1000 < aimedTime - EARLY_MS
  const wasHeld = holds !== undefined && isEarly && isHeld(holds, place) && seconds > expected
  const expectedMs = expected * 1000
  const traversal = { cameTime, toTime: time, aimedTime, expectedMs }
  const isKnown = learnt.isKnown(time)
  const hasWaited = !isKnown && holds !== undefined && time >= cameTime && learnHold(holds, place, traversal)
  // Since it left its first stop it drives; elsewhere it cannot be told how long it waited, and how long it drove.
  if (stopIndex > 1 && (wasHeld || hasWaited)) return
  if (!isKnown) learnt.linkTimes.learn(record, timetableSeconds, time, cell, seconds)
  learnPace(pace, time, seconds, expected)
}

/** Of a bus that left its first stop; `endedTime` is when it ended the trip before, if that was seen. */
export function learnStart(
  learnt: Learnt,
  times: RunTimes,
  { run }: FollowedRun,
  time: number,
  endedTime: number | undefined,
): void {
  const aimed = times.aimedDeparture(run, 0)
  if (learnt.isKnown(time)) return
  if (endedTime === undefined || endedTime < aimed - NO_WAIT_MS) return
  learnt.layovers.learn((time - endedTime) / 1000)
}
