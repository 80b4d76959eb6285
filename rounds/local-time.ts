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

/** What a zone's clock is ahead of UTC at a time, in ms. */
export function offsetAt(time: number, timeZone: string): number {
  const parts = Object.fromEntries(
    formatOf(timeZone)
      .formatToParts(time)
      .map(({ type, value }) => [type, Number(value)]),
  )
  const shown = Date.UTC(
    parts['year'] as number,
    (parts['month'] as number) - 1,
    parts['day'],
    parts['hour'],
    parts['minute'],
    parts['second'],
  )
  return shown - Math.floor(time / 1000) * 1000
}

function formatOf(timeZone: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat('en-u-ca-iso8601-nu-latn', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
}
