import { formatDayNumber, parseDayNumber, weekdayOf } from './day-number.ts'
import type { Services } from './timetable.ts'
import type { ServiceData } from './timetable-data.ts'

/** On which days services run, of calendar.txt and calendar_dates.txt, whose exceptions come first. */
export function createServiceCalendar(services: ServiceData): Services {
  const { count, ids } = services
  const days = Array.from({ length: count }, (_, service) => findFirstAndLast(services, service)).flat()
  const first = days.reduce((least, day) => Math.min(least, day), Number.POSITIVE_INFINITY)
  const last = days.reduce((most, day) => Math.max(most, day), Number.NEGATIVE_INFINITY)
  let knownDate = ''
  let knownDay: number | undefined
  return {
    count,
    ids,
    // Asked for all services of one date, which is read once.
    runsOn(service, date) {
      if (date !== knownDate) {
        knownDate = date
        knownDay = parseDayNumber(date)
      }
      return knownDay !== undefined && runsOnDay(services, service, knownDay)
    },
    firstDate: days.length === 0 ? '' : formatDayNumber(first),
    lastDate: days.length === 0 ? '' : formatDayNumber(last),
  }
}

function runsOnDay(services: ServiceData, service: number, day: number): boolean {
  const { firstExceptions, exceptionDays, exceptionRuns } = services
  let low = firstExceptions[service] ?? 0
  let high = firstExceptions[service + 1] ?? 0
  const end = high
  while (low < high) {
    const middle = (low + high) >> 1
    if ((exceptionDays[middle] ?? 0) < day) low = middle + 1
    else high = middle
  }
  if (low < end && exceptionDays[low] === day) return exceptionRuns[low] === 1
  return runsByCalendar(services, service, day)
}

function runsByCalendar(
  { weekdays, firstDays, lastDays }: ServiceData,
  service: number,
  day: number,
): boolean {
  return (
    day >= (firstDays[service] ?? 0) &&
    day <= (lastDays[service] ?? -1) &&
    (((weekdays[service] ?? 0) >> weekdayOf(day)) & 1) === 1
  )
}

/** Empty where it never runs. */
function findFirstAndLast(services: ServiceData, service: number): number[] {
  const { weekdays, firstDays, lastDays, firstExceptions, exceptionDays } = services
  const candidates: number[] = []
  // Of a week and as many days more as there are exceptions one must run, if any does.
  const exceptionStart = firstExceptions[service] ?? 0
  const exceptionEnd = firstExceptions[service + 1] ?? 0
  const reach = 7 + exceptionEnd - exceptionStart
  if (weekdays[service] !== 0) {
    const [first, last] = [firstDays[service] ?? 0, lastDays[service] ?? -1]
    for (let day = first; day <= Math.min(last, first + reach); day += 1) candidates.push(day)
    for (let day = Math.max(first, last - reach); day <= last; day += 1) candidates.push(day)
  }
  candidates.push(...exceptionDays.subarray(exceptionStart, exceptionEnd))
  const running = candidates.filter((day) => runsOnDay(services, service, day)).sort((a, b) => a - b)
  return running.length === 0 ? [] : [running[0] as number, running.at(-1) as number]
}
