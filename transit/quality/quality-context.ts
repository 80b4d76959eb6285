import type { Timetable } from '../timetable/timetable.ts'
import type { FindingList } from './finding-list.ts'

/** What the entities of one feed are checked with. */
export interface QualityContext {
  /** Undefined where an authority has none: then what a feed refers to is not looked up. */
  readonly timetable: Timetable | undefined
  /** Seconds since 1970. */
  readonly now: number
  /** Of the header; undefined where it has none. */
  readonly timestamp: number | undefined
  readonly findings: FindingList
  /** Of the vehicles so far. */
  readonly vehicleIds: Set<string>
}

/** Clocks of those who read a feed differ by so much without anybody noticing. */
const FUTURE_SECONDS = 60
const EARLIEST_SECONDS = Date.UTC(2000, 0) / 1000
const LATEST_SECONDS = Date.UTC(2100, 0) / 1000

/** When something was known. */
export function checkTimestamp(context: QualityContext, time: number | null | undefined, of: string): void {
  const { findings, timestamp, now } = context
  if (!time) {
    findings.note('W001', of)
    return
  }
  if (!isPosixTime(time)) {
    findings.note('E001', `${of}: ${time}`)
    return
  }
  if (timestamp !== undefined && time > timestamp) {
    findings.note('E012', `${of}: ${time} is later than ${timestamp}`)
  }
  if (time > now + FUTURE_SECONDS) findings.note('E050', `${of}: ${time}`)
}

export function isPosixTime(time: number): boolean {
  return time >= EARLIEST_SECONDS && time < LATEST_SECONDS
}

/** Where vehicles call at: GTFS's location_type 0. */
export function checkStop(context: QualityContext, stopId: string, of: string): void {
  const { timetable, findings } = context
  if (!timetable) return
  const stop = timetable.stops.indexOf.get(stopId)
  if (stop === undefined) findings.note('E011', `${of}: ${stopId}`)
  else if (timetable.stops.locationTypes[stop] !== 0) findings.note('E015', `${of}: ${stopId}`)
}
