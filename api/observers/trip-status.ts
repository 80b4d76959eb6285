import type { StopPrediction, TripPrediction } from '../../transit/trip-prediction.ts'

/** Where a trip is to be next; undefined where it has been everywhere. */
export function findNextStop({ stops }: TripPrediction): StopPrediction | undefined {
  return stops.find(({ isPassed, isSkipped }) => !isPassed && !isSkipped)
}

/** How late it is expected at its next stop, early is negative; undefined where nothing is predicted. */
export function delaySecondsOf(trip: TripPrediction): number | undefined {
  const stop = findNextStop(trip)
  if (!stop || stop.departureTime === null) return undefined
  return (stop.departureTime - stop.aimedDepartureTime) / 1000
}

/** Whether the timetable has it on its way at a time, in ms since 1970. */
export function isUnderWay({ stops, relationship }: TripPrediction, time: number): boolean {
  const [first, last] = [stops[0], stops.at(-1)]
  if (relationship === 'CANCELED' || !first || !last) return false
  return first.aimedDepartureTime <= time && time <= last.aimedArrivalTime
}
