import { knowNothing } from '../know-nothing.ts'
import { headsignOf } from '../timetable/headsign-of.ts'
import { serviceDayStart } from '../timetable/service-day-start.ts'
import { parseServiceTime } from '../timetable/service-time.ts'
import type { Timetable } from '../timetable/timetable.ts'
import type { StopPrediction, TripPrediction, TripRelationship } from '../trip-prediction.ts'

export interface PlannedRun {
  readonly trip: number
  readonly serviceDate: string
  /** Of a trip that repeats by a headway; null otherwise. */
  readonly startTime: string | null
  /** Of a trip that runs as another one does, at another time: its own id, and by how many seconds it is later. */
  readonly duplicate?: { readonly tripId: string; readonly shiftSeconds: number }
}

/** A run of a trip as nothing but the timetable tells of it. */
export function planTrip(timetable: Timetable, run: PlannedRun): TripPrediction {
  const { trips, routes, stopTimes } = timetable
  const { trip, serviceDate, startTime, duplicate } = run
  const first = trips.firstStopTimes[trip] as number
  const end = trips.firstStopTimes[trip + 1] as number
  const repeatShift =
    startTime === null ? 0 : parseServiceTime(startTime) - (stopTimes.departures[first] as number)
  const start =
    serviceDayStart(timetable.timeZone, serviceDate) + (repeatShift + (duplicate?.shiftSeconds ?? 0)) * 1000
  const stops: StopPrediction[] = []
  for (let stopTime = first; stopTime < end; stopTime += 1) {
    stops.push({
      stopTime,
      stopId: timetable.stops.ids[stopTimes.stops[stopTime] as number] as string,
      stopSequence: stopTimes.sequences[stopTime] as number,
      headsign: headsignOf(timetable, stopTime, trip),
      aimedArrivalTime: start + (stopTimes.arrivals[stopTime] as number) * 1000,
      aimedDepartureTime: start + (stopTimes.departures[stopTime] as number) * 1000,
      ...knowNothing('timetable'),
    })
  }
  const relationship: TripRelationship = duplicate ? 'DUPLICATED' : relationshipOf(timetable, trip)
  return {
    trip,
    tripId: duplicate?.tripId ?? (trips.ids[trip] as string),
    routeId: routes.ids[trips.routes[trip] as number] as string,
    serviceDate,
    startTime,
    relationship,
    vehicleId: null,
    vehicleLabel: null,
    observedTime: null,
    stops,
  }
}

/** GTFS-Realtime calls a trip whose runs keep a headway and no exact times unscheduled. */
export function relationshipOf({ frequencies }: Timetable, trip: number): TripRelationship {
  return frequencies.get(trip)?.some(({ isExact }) => !isExact) ? 'UNSCHEDULED' : 'SCHEDULED'
}
