import type { StopPrediction, TripPrediction } from '../trip-prediction.ts'

/**
 * A trip with its predicted times in whole seconds, rising from stop to stop: GTFS-Realtime has no others, and every
 * other format is made of the same trip, so that all say the same. What does not rise is put a second behind what is
 * before it. One without any is the same trip.
 */
export function settleTimes(trip: TripPrediction): TripPrediction {
  let before = Number.NEGATIVE_INFINITY
  const stops = trip.stops.map((stop): StopPrediction => {
    const { arrivalTime, departureTime } = stop
    if (arrivalTime === null && departureTime === null) return stop
    const arrival = Math.max(wholeSecond(arrivalTime ?? (departureTime as number)), before + 1000)
    const departure = Math.max(wholeSecond(departureTime ?? (arrivalTime as number)), arrival)
    before = departure
    return {
      ...stop,
      arrivalTime: arrival,
      departureTime: departure,
      earliestTime: stop.earliestTime === null ? null : Math.min(wholeSecond(stop.earliestTime), departure),
      latestTime: stop.latestTime === null ? null : Math.max(wholeSecond(stop.latestTime), departure),
    }
  })
  return Number.isFinite(before) ? { ...trip, stops } : trip
}

function wholeSecond(time: number): number {
  return Math.round(time / 1000) * 1000
}
