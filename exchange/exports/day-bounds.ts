import { offsetAt } from '../../model/zone-offset.ts'

const DAY_MS = 86_400_000

/** When a date's day begins and ends in a time zone, in ms since 1970; a day may have 23 or 25 hours. */
export function boundsOfDay(date: string, timeZone: string): { readonly from: number; readonly to: number } {
  const midnight = Date.parse(`${date}T00:00:00Z`)
  return { from: toUtc(midnight, timeZone), to: toUtc(midnight + DAY_MS, timeZone) }
}

/** The date of a time, in ms since 1970, in a time zone. */
export function dateAt(time: number, timeZone: string): string {
  return new Date(time + offsetAt(time, timeZone)).toISOString().slice(0, 10)
}

/** The date of the day so many days later. */
export function addDays(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10)
}

/** What a clock of the zone shows as UTC would; where clocks go forward over midnight, the day begins at what comes after. */
function toUtc(shown: number, timeZone: string): number {
  const guess = shown - offsetAt(shown - DAY_MS / 2, timeZone)
  const after = shown - offsetAt(guess, timeZone)
  return after < guess && offsetAt(after, timeZone) !== offsetAt(guess, timeZone) ? guess : after
}
