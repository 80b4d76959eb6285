const HOUR_MS = 3_600_000
const CACHED_HOURS_MAX = 20_000

export interface LocalTime {
  /** 0 is Sunday. */
  readonly weekday: number
  /** 0 to 23. */
  readonly hour: number
  /** Since midnight. */
  readonly seconds: number
  /** Of the year, 0 to 365, for the seasons. */
  readonly yearDay: number
  /** Milliseconds since 1970 of a clock in UTC that shows the same. */
  readonly asUtc: number
}

/** Turns milliseconds since 1970 into a time zone's own clock; fast, since it asks for the offset once an hour. */
export function createLocalClock(timeZone: string): (time: number) => LocalTime {
  const format = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' })
  const offsets = new Map<number, number>()

  return (time) => {
    const asUtc = time + offsetAt(time)
    const date = new Date(asUtc)
    const midnight = Math.floor(asUtc / 86_400_000) * 86_400_000
    return {
      weekday: date.getUTCDay(),
      hour: date.getUTCHours(),
      seconds: (asUtc - midnight) / 1000,
      yearDay: Math.floor((asUtc - Date.UTC(date.getUTCFullYear(), 0, 1)) / 86_400_000),
      asUtc,
    }
  }

  function offsetAt(time: number): number {
    const hour = Math.floor(time / HOUR_MS)
    const known = offsets.get(hour)
    if (known !== undefined) return known
    const name = format.formatToParts(hour * HOUR_MS).find(({ type }) => type === 'timeZoneName')?.value ?? ''
    const [, sign, hours, minutes] = /GMT([+-])(\d{2}):(\d{2})/.exec(name) ?? []
    const offset = (sign === '-' ? -1 : 1) * (Number(hours ?? 0) * 60 + Number(minutes ?? 0)) * 60_000
    if (offsets.size >= CACHED_HOURS_MAX) offsets.clear()
    offsets.set(hour, offset)
    return offset
  }
}
