import { localServiceDate, serviceDayStart, shiftServiceDate } from '../timetable/service-day-start.ts'
import { formatServiceTime } from '../timetable/service-time.ts'
import type { Timetable } from '../timetable/timetable.ts'
import type { PlannedRun } from './plan-trip.ts'

/** GTFS's times may pass 24:00, but no trip is under way so many days after its service day. */
const DAYS_BEFORE = 7

export type ListedRun = PlannedRun & {
  /** ms since 1970 */
  readonly start: number
}

/** Lists the runs of a trip that end at one time at the earliest and start before another, both in ms since 1970. */
export function createRunList(
  timetable: Timetable,
  from: number,
  until: number,
): (trip: number) => Iterable<ListedRun> {
  const { timeZone, trips, stopTimes, services, frequencies } = timetable
  const days = listDays(timeZone, from, until)
  return listRuns

  function* listRuns(trip: number): Iterable<ListedRun> {
    const first = trips.firstStopTimes[trip] as number
    const end = trips.firstStopTimes[trip + 1] as number
    if (end === first) return
    const departure = stopTimes.departures[first] as number
    const lengthMs = ((stopTimes.arrivals[end - 1] as number) - departure) * 1000
    const repeats = frequencies.get(trip)
    for (const { date, dayStart } of days) {
      if (!repeats) {
        const start = dayStart + departure * 1000
        if (start >= until || start + lengthMs < from) continue
        if (services.runsOn(trips.services[trip] as number, date)) {
          yield { trip, serviceDate: date, startTime: null, start }
        }
        continue
      }
      if (!services.runsOn(trips.services[trip] as number, date)) continue
      for (const { startTime, endTime, headwaySeconds } of repeats) {
        for (let seconds = startTime; seconds < endTime; seconds += headwaySeconds) {
          const start = dayStart + seconds * 1000
          if (start < until && start + lengthMs >= from) {
            yield { trip, serviceDate: date, startTime: formatServiceTime(seconds), start }
          }
        }
      }
    }
  }
}

function listDays(timeZone: string, from: number, until: number): { date: string; dayStart: number }[] {
  const days: { date: string; dayStart: number }[] = []
  const last = shiftServiceDate(localServiceDate(timeZone, until), 1)
  let date = shiftServiceDate(localServiceDate(timeZone, from), -DAYS_BEFORE)
  for (; date <= last; date = shiftServiceDate(date, 1)) {
    days.push({ date, dayStart: serviceDayStart(timeZone, date) })
  }
  return days
}
