import { offsetAt } from '../../model/zone-offset.ts'
import { formatDayNumber, parseDayNumber } from './day-number.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** Days remembered; at the limit all are forgotten, and worked out again as they are asked for. */
const REMEMBERED_MAX = 1_000

const starts = new Map<string, number>()

/**
 * Noon minus 12 hours of a date such as 20260216 in ms since 1970, from which a service day's times are counted. On most days
 * that is midnight; where the clock is changed it is an hour beside it. NaN where it is no date.
 */
export function serviceDayStart(timeZone: string, date: string): number {
  const key = `${timeZone}/${date}`
  const known = starts.get(key)
  if (known !== undefined) return known
  const day = parseDayNumber(date)
  if (day === undefined) return Number.NaN
  const noonAsUtc = day * DAY_MS + 12 * HOUR_MS
  // No zone has ever changed its clock at noon, so the offset that holds near it holds at it.
  const noon = noonAsUtc - offsetAt(noonAsUtc - offsetAt(noonAsUtc, timeZone), timeZone)
  if (starts.size >= REMEMBERED_MAX) starts.clear()
  starts.set(key, noon - 12 * HOUR_MS)
  return noon - 12 * HOUR_MS
}

/** The date, such as 20260216, that a place's calendar shows at a time in ms since 1970. */
export function localServiceDate(timeZone: string, time: number): string {
  return formatDayNumber(Math.floor((time + offsetAt(time, timeZone)) / DAY_MS))
}

/** The date so many days after another, or before it. */
export function shiftServiceDate(date: string, days: number): string {
  const day = parseDayNumber(date)
  if (day === undefined) return date
  return formatDayNumber(day + days)
}
