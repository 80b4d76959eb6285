import type { Rejection } from '../model/rejection.ts'
import { formatTime, parseTime } from '../model/time.ts'
import { showValue } from './show-value.ts'

const AHEAD_MAX_MS = 10 * 60_000
const YEAR_2000 = Date.UTC(2000, 0, 1)
const DAY_MS = 86_400_000

/** A time that a device gave, in ms since 1970, or why it cannot be right. `oldestDays` of 0 is no limit. */
export function checkTime(time: unknown, receivedTime: number, oldestDays: number): number | Rejection {
  const parsed = parseTime(time)
  if (parsed === undefined) return notATime('time', time)
  if (parsed < YEAR_2000 || parsed > receivedTime + AHEAD_MAX_MS) {
    return {
      reason: 'clock_wrong',
      detail: `time: ${showValue(time)} is ${parsed < YEAR_2000 ? 'before 2000' : 'in the future'}, 2000 to 10 minutes after its receipt (${formatTime(receivedTime)}) is allowed`,
    }
  }
  if (oldestDays > 0 && parsed < receivedTime - oldestDays * DAY_MS) {
    return {
      reason: 'too_old',
      detail: `time: ${showValue(time)} is too long before its receipt (${formatTime(receivedTime)}), up to ${oldestDays} days are allowed`,
    }
  }
  return parsed
}

export function notATime(field: string, value: unknown): Rejection {
  return {
    reason: 'wrong_type',
    detail: `${field}: ${showValue(value)} is no time, RFC 3339 such as 2026-02-16T15:58:00Z or whole milliseconds since 1970 is allowed`,
  }
}
