const HOUR_MS = 3_600_000
const DAY_KINDS = 3

/** An hour of the day on working days, Saturdays or Sundays: what is learnt of the past is kept apart by it. */
export const WEEK_CELLS = DAY_KINDS * 24

/** The cell of a time in ms since 1970. */
export type WeekCells = (time: number) => number

/**
 * Cells as a service day counts the hours: its date such as 20260216, and its start, so that no time zone is needed. Hours
 * past 24 are the next day's.
 */
export function createWeekCells(serviceDate: string, dayStart: number): WeekCells {
  const date = Date.UTC(
    Number(serviceDate.slice(0, 4)),
    Number(serviceDate.slice(4, 6)) - 1,
    Number(serviceDate.slice(6, 8)),
  )
  const weekday = new Date(date).getUTCDay()
  return (time) => {
    const hours = Math.floor((time - dayStart) / HOUR_MS)
    const days = Math.floor(hours / 24)
    const day = (((weekday + days) % 7) + 7) % 7
    const kind = day === 0 ? 2 : day === 6 ? 1 : 0
    return kind * 24 + hours - days * 24
  }
}
