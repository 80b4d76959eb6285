import { offsetAt } from '../../model/zone-offset.ts'

export const HOUR_MS = 3_600_000
const DAY_HOURS = 24
/** Zones and days are remembered up to these, some 100 bytes each, and then forgotten all at once. */
const ZONES_MAX = 64
const DAYS_MAX = 2_000

/** What a place's clock shows at a whole hour since 1970, as whole hours since it showed 1970 began. */
export type LocalHours = (hour: number) => number

const zones = new Map<string, LocalHours>()

/** One hour of spring is skipped and one of autumn comes twice; where the clock is half an hour apart, it is rounded down. */
export function localHoursOf(timeZone: string): LocalHours {
  const known = zones.get(timeZone)
  if (known) return known
  if (zones.size >= ZONES_MAX) zones.clear()
  const localHours = createLocalHours(timeZone)
  zones.set(timeZone, localHours)
  return localHours
}

/** Monday's first hour is 0; 1970 began on a Thursday. */
export function hourOfWeek(localHour: number): number {
  return (((localHour + 3 * DAY_HOURS) % 168) + 168) % 168
}

/** Asking for an offset takes some 50 µs, so each day is asked for once where it begins, and by the hour if it changes. */
function createLocalHours(timeZone: string): LocalHours {
  const offsets = new Map<number, number>()
  const offsetOf = (hour: number): number => {
    const known = offsets.get(hour)
    if (known !== undefined) return known
    if (offsets.size >= DAYS_MAX) offsets.clear()
    const offset = offsetAt(hour * HOUR_MS, timeZone)
    offsets.set(hour, offset)
    return offset
  }
  return (hour) => {
    const dayStart = Math.floor(hour / DAY_HOURS) * DAY_HOURS
    const before = offsetOf(dayStart)
    const offset = before === offsetOf(dayStart + DAY_HOURS) ? before : offsetOf(hour)
    return Math.floor(hour + offset / HOUR_MS)
  }
}
