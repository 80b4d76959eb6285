import { type CollectionSummary, WEEKDAYS } from '../../model/collection.ts'

/** A day on which a collection is, or on which it would have been. */
export interface BinDay {
  /** YYYY-MM-DD */
  readonly date: string
  /** The day that it would have been without a holiday; by which it stays the same day when it is moved. */
  readonly plannedDate: string
  readonly status: 'planned' | 'moved' | 'cancelled'
  readonly note: string | null
}

/** A collection's days with `from <= date <= to`, each YYYY-MM-DD, in their order. */
export function listBinDays(collection: CollectionSummary, from: string, to: string): readonly BinDay[] {
  const holidays = new Map(collection.holidays.map((holiday) => [holiday.date, holiday]))
  // A day may have been moved into the range from outside of it.
  const movedIn = collection.holidays.flatMap(({ date, movedTo }) =>
    movedTo !== null && movedTo >= from && movedTo <= to && (date < from || date > to)
      ? listPlannedDates(collection, dayOf(date), dayOf(date))
      : [],
  )
  const planned = listPlannedDates(collection, dayOf(from), dayOf(to))
  const days = [...planned, ...movedIn].map((plannedDate): BinDay => {
    const holiday = holidays.get(plannedDate)
    if (!holiday) return { date: plannedDate, plannedDate, status: 'planned', note: null }
    const { movedTo, note } = holiday
    return movedTo === null
      ? { date: plannedDate, plannedDate, status: 'cancelled', note }
      : { date: movedTo, plannedDate, status: 'moved', note }
  })
  return days
    .filter(({ date }) => date >= from && date <= to)
    .sort((a, b) => (a.date < b.date ? -1 : a.date > b.date ? 1 : a.plannedDate < b.plannedDate ? -1 : 1))
}

const DAY_MS = 86_400_000

/** The number of a day since 1970, of YYYY-MM-DD. */
export function dayOf(date: string): number {
  return Math.floor(Date.parse(`${date}T00:00:00Z`) / DAY_MS)
}

/** YYYY-MM-DD of the number of a day since 1970. */
export function dateOf(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10)
}

/** Without regard to holidays. */
function listPlannedDates(
  { firstDate, everyDays, everyWeeks, weekdays, until }: CollectionSummary,
  from: number,
  to: number,
): string[] {
  const first = dayOf(firstDate)
  const last = until === null ? to : Math.min(to, dayOf(until))
  const dates: string[] = []
  if (everyDays !== null) {
    const skipped = Math.max(0, Math.ceil((from - first) / everyDays))
    for (let day = first + skipped * everyDays; day <= last; day += everyDays) dates.push(dateOf(day))
    return dates
  }
  const chosen = new Set(weekdays?.map((weekday) => WEEKDAYS.indexOf(weekday)) ?? [weekdayOf(first)])
  const firstMonday = first - weekdayOf(first)
  for (let day = Math.max(first, from); day <= last; day += 1) {
    const week = Math.floor((day - firstMonday) / 7)
    if (week % everyWeeks === 0 && chosen.has(weekdayOf(day))) dates.push(dateOf(day))
  }
  return dates
}

/** 0 for a Monday. The first day of 1970 was a Thursday. */
function weekdayOf(day: number): number {
  return (((day + 3) % 7) + 7) % 7
}
