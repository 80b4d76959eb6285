import type { Timetable } from '../timetable/timetable.ts'
import type { StopPrediction, TripPrediction } from '../trip-prediction.ts'
import type { RunSchedule } from './run-schedule.ts'
import type { TripRun } from './trip-run.ts'

/** What is known of a stop of a run, beside what the timetable says. */
export type StopKnowledge = Pick<
  StopPrediction,
  | 'arrivalTime'
  | 'departureTime'
  | 'earliestTime'
  | 'latestTime'
  | 'uncertaintySeconds'
  | 'isPassed'
  | 'isSkipped'
  | 'state'
>

export type TripKnowledge = Pick<
  TripPrediction,
  'relationship' | 'vehicleId' | 'vehicleLabel' | 'observedTime'
>

/** A stop of which nothing live is known. */
export function knowNothing(state: StopPrediction['state'], isPassed = false): StopKnowledge {
  return {
    arrivalTime: null,
    departureTime: null,
    earliestTime: null,
    latestTime: null,
    uncertaintySeconds: null,
    isPassed,
    isSkipped: false,
    state,
  }
}

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
      const headsign = stopTimes.headsigns[stopTime] ?? -1
      return {
        stopTime,
        stopId: timetable.stops.ids[stopTimes.stops[stopTime] ?? -1] ?? '',
        stopSequence: stopTimes.sequences[stopTime] ?? 0,
        headsign: (headsign < 0 ? trips.headsigns[run.trip] : stopTimes.headsignTexts[headsign]) ?? '',
        aimedArrivalTime: schedule.arrivalAt(run, index),
        aimedDepartureTime: schedule.departureAt(run, index),
        ...stop,
      }
    }),
  }
}
