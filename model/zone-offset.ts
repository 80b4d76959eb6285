/** Zones whose formats are kept, as making one takes long; at the limit all are forgotten, and made again. */
const REMEMBERED_MAX = 1_000

const formats = new Map<string, Intl.DateTimeFormat>()

/** What a zone's clock is ahead of UTC at a time, both in ms. */
export function offsetAt(time: number, timeZone: string): number {
  const parts = Object.fromEntries(
    formatOf(timeZone)
      .formatToParts(time)
      .map(({ type, value }) => [type, Number(value)]),
  )
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(time / 1000) * 1000
}

function formatOf(timeZone: string): Intl.DateTimeFormat {
  let format = formats.get(timeZone)
  if (!format) {
    format = new Intl.DateTimeFormat('en-u-ca-iso8601-nu-latn', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
    if (formats.size >= REMEMBERED_MAX) formats.clear()
    formats.set(timeZone, format)
  }
  return format
}
