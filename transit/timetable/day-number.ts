const DAY_MS = 86_400_000

/** Days since 1970 of a date such as 20260216; undefined where it is none. */
export function parseDayNumber(date: string): number | undefined {
  if (!/^\d{8}$/.test(date)) return undefined
  const [year, month, day] = [date.slice(0, 4), date.slice(4, 6), date.slice(6, 8)].map(Number) as [
    number,
    number,
    number,
  ]
  const time = Date.UTC(year, month - 1, day)
  const shown = new Date(time)
  return shown.getUTCMonth() === month - 1 && shown.getUTCDate() === day && year >= 1900
    ? time / DAY_MS
    : undefined
}

/** Such as 20260216. */
export function formatDayNumber(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10).replaceAll('-', '')
}

/** 0 is Monday, as the columns of calendar.txt begin. 1 January 1970 was a Thursday. */
export function weekdayOf(day: number): number {
  return (((day + 3) % 7) + 7) % 7
}
