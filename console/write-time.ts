/** A time of the API, on the authority's own clock: `14:05` today, otherwise with its day. */
export function writeTime(time: string | number, timeZone: string, now = Date.now()): string {
  const date = new Date(time)
  const isToday = dayOf(date, timeZone) === dayOf(new Date(now), timeZone)
  return new Intl.DateTimeFormat('en-GB', {
    timeZone,
    hour: '2-digit',
    minute: '2-digit',
    ...(!isToday && { weekday: 'short', day: 'numeric', month: 'short' }),
  }).format(date)
}

/** `2026-02-16` on the authority's own clock, as dates are written in the API. */
export function dayOf(date: Date, timeZone: string): string {
  return new Intl.DateTimeFormat('en-CA', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  }).format(date)
}

/** How long something took or is ago: `40 s`, `12 min`, `3 h`, `5 days`. */
export function writeSpan(seconds: number): string {
  if (seconds < 90) return `${Math.round(seconds)} s`
  if (seconds < 90 * 60) return `${Math.round(seconds / 60)} min`
  if (seconds < 36 * 3600) return `${Math.round(seconds / 3600)} h`
  return `${Math.round(seconds / 86_400)} days`
}
