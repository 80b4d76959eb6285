import { offsetAt } from '../model/zone-offset.ts'

const DAY_MS = 86_400_000

/**
 * A day (`YYYY-MM-DD`) and a time of day (`HH:MM`, to 24:00) on a place's own clock, in ms since 1970. A time that the
 * clock shows twice is the first of the two; one that it skips in spring is as long after midnight as it would have
 * been without the change.
 */
export function localTime(date: string, timeOfDay: string, timeZone: string): number {
  const [hours, minutes] = timeOfDay.split(':').map(Number)
  const asUtc = Date.parse(`${date}T00:00:00Z`) + ((hours ?? 0) * 60 + (minutes ?? 0)) * 60_000
  const offsetBefore = offsetAt(asUtc - DAY_MS, timeZone)
  const offsetAfter = offsetAt(asUtc + DAY_MS, timeZone)
  for (const offset of [offsetBefore, offsetAfter]) {
    if (offsetAt(asUtc - offset, timeZone) === offset) return asUtc - offset
  }
  return asUtc - offsetBefore
}
