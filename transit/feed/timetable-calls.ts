import type { Timetable } from '../timetable/timetable.ts'
import { formatServiceTime } from './plan-trip.ts'
import { addDays, serviceDaysOf } from './service-days.ts'
import { stopCallsOf } from './stop-calls.ts'

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
  const { trips, stopTimes, services } = timetable
  const index = stopCallsOf(timetable)
  const { timed, repeated } = index.listAt(stop)
  const calls: TimetableCall[] = []
  if (timed.length === 0 && repeated.length === 0) return calls
  const days = serviceDaysOf(timetable.timeZone)
  const lastDate = addDays(days.dateAt(until), 1)
  let date = addDays(days.dateAt(from - (index.latestDeparture + headwayReach(timetable)) * 1000), -1)
  for (; date <= lastDate; date = addDays(date, 1)) {
    const dayStart = days.start(date)
    const [first, last] = [Math.ceil((from - dayStart) / 1000), Math.ceil((until - dayStart) / 1000)]
    const runs = new Map<number, boolean>()
    for (let place = lowerBound(timed, first); place < timed.length; place += 1) {
      const stopTime = timed[place] as number
      if ((stopTimes.departures[stopTime] as number) >= last) break
      const trip = index.tripOf(stopTime)
      if (!isBoarded(stopTime, trip) || !runsOn(runs, trip, date)) continue
      calls.push(callOf(stopTime, trip, date, dayStart, 0, null))
    }
    for (const stopTime of repeated) {
      const trip = index.tripOf(stopTime)
      if (!isBoarded(stopTime, trip) || !runsOn(runs, trip, date)) continue
      const offset = tripStart(trip)
      const sinceStart = (stopTimes.departures[stopTime] as number) - offset
      for (const { startTime, endTime, headwaySeconds } of timetable.frequencies.get(trip) ?? []) {
        const skipped = Math.max(0, Math.ceil((first - sinceStart - startTime) / headwaySeconds))
        for (let start = startTime + skipped * headwaySeconds; start < endTime; start += headwaySeconds) {
          if (start + sinceStart >= last) break
          calls.push(callOf(stopTime, trip, date, dayStart, start - offset, formatServiceTime(start)))
        }
      }
    }
  }
  return calls.sort((one, two) => one.aimedDepartureTime - two.aimedDepartureTime)

  function lowerBound(sorted: Uint32Array, seconds: number): number {
    let [low, high] = [0, sorted.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((stopTimes.departures[sorted[middle] as number] as number) < seconds) low = middle + 1
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

/** How many seconds after the last stop time a trip that repeats may be under way still. */
function headwayReach({ frequencies }: Timetable): number {
  let reach = 0
  for (const list of frequencies.values()) for (const { endTime } of list) reach = Math.max(reach, endTime)
  return reach
}
