const DAY_MS = 86_400_000
/** Days whose start is kept, of each zone; all are let go where one more would be. */
const STARTS_MAX = 1_000

export interface ServiceDays {
  /** What GTFS's times of a service date such as 20260216 count from: noon minus 12 hours, in ms since 1970. */
  start(date: string): number
  /** The date that the zone's calendar shows at a time in ms since 1970. */
  dateAt(time: number): string
}

const zones = new Map<string, ServiceDays>()

/**
 * The service days of a time zone. On the day on which the clock is changed noon minus 12 hours is not midnight, which
 * keeps the times of the day's services what its clock shows (GTFS reference, "Time").
 */
export function serviceDaysOf(timeZone: string): ServiceDays {
  let days = zones.get(timeZone)
  if (!days) {
    days = createServiceDays(timeZone)
    zones.set(timeZone, days)
  }
  return days
}

/** The date some days later, or earlier where there are less than none. */
export function addDays(date: string, days: number): string {
  return new Date(noonUtc(date) + days * DAY_MS).toISOString().slice(0, 10).replaceAll('-', '')
}

function createServiceDays(timeZone: string): ServiceDays {
  const format = new Intl.DateTimeFormat('en-u-ca-iso8601-nu-latn', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  })
  const starts = new Map<string, number>()
  return {
    start(date) {
      let start = starts.get(date)
      if (start === undefined) {
        const noon = noonUtc(date)
        // No zone changes its clock between a noon and half a day around it often enough for one correction to miss it.
        const guess = noon - offsetAt(noon)
        start = noon - offsetAt(guess) - DAY_MS / 2
        if (starts.size >= STARTS_MAX) starts.clear()
        starts.set(date, start)
      }
      return start
    },
    dateAt(time) {
      return new Date(time + offsetAt(time)).toISOString().slice(0, 10).replaceAll('-', '')
    },
  }

  /** What the zone's clock is ahead of UTC at a time, in ms. */
  function offsetAt(time: number): number {
    const parts: Record<string, number> = {}
    for (const { type, value } of format.formatToParts(time)) parts[type] = Number(value)
    const { year = 0, month = 0, day, hour, minute, second } = parts as Record<string, number>
    return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(time / 1000) * 1000
  }
}

function noonUtc(date: string): number {
  return Date.parse(`${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6, 8)}T12:00:00Z`)
}
