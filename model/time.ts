// RFC 3339, section 5.6. The date and the time of day are checked by Date itself.
const RFC_3339 = /^\d{4}-\d{2}-\d{2}[Tt ](?:[01]\d|2[0-3]):\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$/

/**
 * A time on the wire as milliseconds since 1970: an RFC 3339 string, or an integer that already is that.
 * Undefined where it is neither.
 */
export function parseTime(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? value : undefined
  if (typeof value !== 'string') return undefined
  const utc = parseUtc(value)
  if (utc !== undefined) return utc
  if (!RFC_3339.test(value)) return undefined
  const time = Date.parse(value)
  if (Number.isNaN(time)) return undefined
  // Date.parse rolls 30 February over to March in some forms: the day must come back as it was written.
  const day = Number(value.slice(8, 10))
  return new Date(Date.parse(`${value.slice(0, 10)}T00:00:00Z`)).getUTCDate() === day ? time : undefined
}

/**
 * The form that nearly every device sends, `2026-02-16T15:58:00Z` with or without milliseconds, at a tenth of the price:
 * the ingest parses one for each reading. Undefined for all else, also where the time is none.
 */
function parseUtc(text: string): number | undefined {
  const { length } = text
  if ((length !== 20 && length !== 24) || text.charCodeAt(length - 1) !== 0x5a) return undefined
  if (text[4] !== '-' || text[7] !== '-' || text[10] !== 'T' || text[13] !== ':' || text[16] !== ':') {
    return undefined
  }
  if (length === 24 && text[19] !== '.') return undefined
  const year = digitsAt(text, 0, 4)
  const month = digitsAt(text, 5, 2)
  const day = digitsAt(text, 8, 2)
  const hour = digitsAt(text, 11, 2)
  const minute = digitsAt(text, 14, 2)
  const second = digitsAt(text, 17, 2)
  const millisecond = length === 24 ? digitsAt(text, 20, 3) : 0
  // NaN, for what are no digits, is in no range. Date.UTC takes years below 100 for those of the 20th century.
  const isTime =
    year >= 100 && month >= 1 && month <= 12 && day >= 1 && hour <= 23 && minute <= 59 && second <= 59
  if (!isTime || !(millisecond >= 0)) return undefined
  if (day > 28 && !(day <= new Date(Date.UTC(year, month, 0)).getUTCDate())) return undefined
  const time = Date.UTC(year, month - 1, day, hour, minute, second, millisecond)
  return Number.isNaN(time) ? undefined : time
}

/** NaN where one is no digit. */
function digitsAt(text: string, start: number, count: number): number {
  let value = 0
  for (let index = start; index < start + count; index += 1) {
    const digit = text.charCodeAt(index) - 0x30
    if (!(digit >= 0 && digit <= 9)) return Number.NaN
    value = value * 10 + digit
  }
  return value
}

/** Milliseconds since 1970 as RFC 3339 in UTC, with milliseconds. */
export function formatTime(time: number): string {
  return new Date(time).toISOString()
}

const ISO_8601_DURATION = /^P(?!$)(?:(\d+)W)?(?:(\d+)D)?(?:T(?!$)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/

/** An ISO 8601 duration of weeks, days, hours, minutes and seconds in milliseconds; undefined where it is none or zero. */
export function parseDuration(value: string): number | undefined {
  const match = ISO_8601_DURATION.exec(value)
  if (!match) return undefined
  const [weeks, days, hours, minutes, seconds] = match.slice(1).map((part) => Number(part ?? 0))
  const duration =
    ((((weeks ?? 0) * 7 + (days ?? 0)) * 24 + (hours ?? 0)) * 3600 + (minutes ?? 0) * 60 + (seconds ?? 0)) *
    1000
  return duration > 0 && Number.isSafeInteger(duration) ? duration : undefined
}
