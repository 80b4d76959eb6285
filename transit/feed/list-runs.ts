import { localServiceDate, serviceDayStart, shiftServiceDate } from '../timetable/service-day-start.ts'
import type { Timetable } from '../timetable/timetable.ts'
import { formatServiceTime, type PlannedRun } from './plan-trip.ts'

const DAY_SECONDS = 86_400

/** The runs of a trip that end at one time at the earliest and start before another, both in ms since 1970. */
export function* listRuns(
  timetable: Timetable,
  trip: number,
  from: number,
  until: number,
): Iterable<PlannedRun & { readonly start: number }> {
  const { timeZone, trips, stopTimes, services, frequencies } = timetable
  const first = trips.firstStopTimes[trip] as number
  const end = trips.firstStopTimes[trip + 1] as number
  if (end === first) return
  const departure = stopTimes.departures[first] as number
  const lengthSeconds = (stopTimes.arrivals[end - 1] as number) - departure
  const repeats = frequencies.get(trip)
  const latest = Math.max(departure, ...(repeats ?? []).map(({ endTime }) => endTime)) + lengthSeconds
  const lastDate = shiftServiceDate(localServiceDate(timeZone, until), 1)
  let date = shiftServiceDate(localServiceDate(timeZone, from), -1 - Math.ceil(latest / DAY_SECONDS))
  for (; date <= lastDate; date = shiftServiceDate(date, 1)) {
    const dayStart = serviceDayStart(timeZone, date)
    if (dayStart + latest * 1000 < from || !services.runsOn(trips.services[trip] as number, date)) continue
    if (!repeats) {
      const start = dayStart + departure * 1000
      if (isWanted(start)) yield { trip, serviceDate: date, startTime: null, start }
      continue
    }
    for (const { startTime, endTime, headwaySeconds } of repeats) {
      for (let seconds = startTime; seconds < endTime; seconds += headwaySeconds) {
        const start = dayStart + seconds * 1000
        if (isWanted(start)) {
          yield { trip, serviceDate: date, startTime: formatServiceTime(seconds), start }
        }
      }
    }
  }

  function isWanted(start: number): boolean {
    return start < until && start + lengthSeconds * 1000 >= from
  }
}
