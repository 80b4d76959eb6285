import type { StopKnowledge } from '../know-nothing.ts'
import { headsignOf } from '../timetable/headsign-of.ts'
import type { Timetable } from '../timetable/timetable.ts'
import type { TripPrediction } from '../trip-prediction.ts'
import type { RunSchedule } from './run-schedule.ts'
import type { TripRun } from './trip-run.ts'

export type TripKnowledge = Pick<
  TripPrediction,
  'relationship' | 'vehicleId' | 'vehicleLabel' | 'observedTime'
>

/** A run as the outputs show it. `stops` has one entry for each of its stops, in order. */
export function describeTrip(
  { timetable, schedule }: { readonly timetable: Timetable; readonly schedule: RunSchedule },
  run: TripRun,
  knowledge: TripKnowledge,
  stops: readonly StopKnowledge[],
): TripPrediction {
  const { trips, routes, stopTimes } = timetable
  return {
    trip: run.trip,
    tripId: trips.ids[run.trip] ?? '',
    routeId: routes.ids[trips.routes[run.trip] ?? -1] ?? '',
    serviceDate: run.serviceDate,
    startTime: run.startTime,
    ...knowledge,
    stops: stops.map((stop, index) => {
      const stopTime = schedule.stopTimeAt(run, index)
      return {
        stopTime,
        stopId: timetable.stops.ids[stopTimes.stops[stopTime] ?? -1] ?? '',
        stopSequence: stopTimes.sequences[stopTime] ?? 0,
        headsign: headsignOf(timetable, stopTime, run.trip),
        aimedArrivalTime: schedule.arrivalAt(run, index),
        aimedDepartureTime: schedule.departureAt(run, index),
        ...stop,
      }
    }),
  }
}
