import { localServiceDate, serviceDayStart, shiftServiceDate } from '../timetable/service-day-start.ts'
import { formatServiceTime } from '../timetable/service-time.ts'
import { listCallsAt, tripOfStopTime } from '../timetable/stop-calls.ts'
import type { Timetable } from '../timetable/timetable.ts'

const DAY_SECONDS = 86_400

/** One run of a trip at one of its stops, as the timetable has it. Times are ms since 1970. */
export interface TimetableCall {
  readonly stopTime: number
  readonly trip: number
  readonly serviceDate: string
  /** Of a trip that repeats by a headway, when the run starts; null otherwise. */
  readonly startTime: string | null
  readonly aimedArrivalTime: number
  readonly aimedDepartureTime: number
}

/**
 * Those that leave a stop from one time to before another, by their departure. A trip's last stop is not among them, nor one
 * where nobody may board: nothing departs there for a passenger.
 */
export function listTimetableCalls(
  timetable: Timetable,
  stop: number,
  from: number,
  until: number,
): TimetableCall[] {
  const { timeZone, trips, stopTimes, services, frequencies } = timetable
  const calls = listCallsAt(timetable, stop)
  const found: TimetableCall[] = []
  const last = calls.at(-1)
  if (last === undefined) return found
  const repeated = frequencies.size === 0 ? [] : [...calls].filter(isRepeated)
  const latestSeconds = (stopTimes.departures[last] as number) + lastRepeat(repeated)
  const lastDate = shiftServiceDate(localServiceDate(timeZone, until), 1)
  const daysBefore = Math.ceil(latestSeconds / DAY_SECONDS) + 1
  let date = shiftServiceDate(localServiceDate(timeZone, from), -daysBefore)
  for (; date <= lastDate; date = shiftServiceDate(date, 1)) {
    const dayStart = serviceDayStart(timeZone, date)
    const [first, end] = [Math.ceil((from - dayStart) / 1000), Math.ceil((until - dayStart) / 1000)]
    const runs = new Map<number, boolean>()
    for (let place = lowerBound(first); place < calls.length; place += 1) {
      const stopTime = calls[place] as number
      if ((stopTimes.departures[stopTime] as number) >= end) break
      const trip = tripOfStopTime(timetable, stopTime)
      if (frequencies.has(trip) || !isBoarded(stopTime, trip) || !runsOn(runs, trip, date)) continue
      found.push(callOf(stopTime, trip, date, dayStart, 0, null))
    }
    for (const stopTime of repeated) {
      const trip = tripOfStopTime(timetable, stopTime)
      if (!isBoarded(stopTime, trip) || !runsOn(runs, trip, date)) continue
      const offset = tripStart(trip)
      const sinceStart = (stopTimes.departures[stopTime] as number) - offset
      for (const { startTime, endTime, headwaySeconds } of frequencies.get(trip) ?? []) {
        const skipped = Math.max(0, Math.ceil((first - sinceStart - startTime) / headwaySeconds))
        for (let start = startTime + skipped * headwaySeconds; start < endTime; start += headwaySeconds) {
          if (start + sinceStart >= end) break
          found.push(callOf(stopTime, trip, date, dayStart, start - offset, formatServiceTime(start)))
        }
      }
    }
  }
  return found.sort((one, two) => one.aimedDepartureTime - two.aimedDepartureTime)

  function isRepeated(stopTime: number): boolean {
    return frequencies.has(tripOfStopTime(timetable, stopTime))
  }

  /** The latest start, in seconds of the service day, of the trips that repeat. */
  function lastRepeat(stopTimesOfRepeated: readonly number[]): number {
    let latest = 0
    for (const stopTime of stopTimesOfRepeated) {
      const repeats = frequencies.get(tripOfStopTime(timetable, stopTime)) ?? []
      for (const { endTime } of repeats) latest = Math.max(latest, endTime)
    }
    return latest
  }

  function lowerBound(seconds: number): number {
    let [low, high] = [0, calls.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((stopTimes.departures[calls[middle] as number] as number) < seconds) low = middle + 1
      else high = middle
    }
    return low
  }

  function isBoarded(stopTime: number, trip: number): boolean {
    // GTFS's pickup_type 1: no pickup.
    return stopTime + 1 < (trips.firstStopTimes[trip + 1] as number) && stopTimes.pickupTypes[stopTime] !== 1
  }

  function runsOn(known: Map<number, boolean>, trip: number, day: string): boolean {
    const service = trips.services[trip] as number
    let runs = known.get(service)
    if (runs === undefined) {
      runs = services.runsOn(service, day)
      known.set(service, runs)
    }
    return runs
  }

  /** What frequencies' start_time counts from: the trip's first departure (GTFS reference, frequencies.txt). */
  function tripStart(trip: number): number {
    return stopTimes.departures[trips.firstStopTimes[trip] as number] as number
  }

  function callOf(
    stopTime: number,
    trip: number,
    serviceDate: string,
    dayStart: number,
    shiftSeconds: number,
    startTime: string | null,
  ): TimetableCall {
    return {
      stopTime,
      trip,
      serviceDate,
      startTime,
      aimedArrivalTime: dayStart + ((stopTimes.arrivals[stopTime] as number) + shiftSeconds) * 1000,
      aimedDepartureTime: dayStart + ((stopTimes.departures[stopTime] as number) + shiftSeconds) * 1000,
    }
  }
}
