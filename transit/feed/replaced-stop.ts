import type { Timetable } from '../timetable/timetable.ts'
import type { StopPrediction } from '../trip-prediction.ts'

/** The stop that another one stands in for on a detour; null where the trip calls as the timetable says. */
export function replacedStopOf({ stops, stopTimes }: Timetable, stop: StopPrediction): string | null {
  if (stop.stopTime < 0) return null
  const stopId = stops.ids[stopTimes.stops[stop.stopTime] as number] as string
  return stopId === stop.stopId ? null : stopId
}
