import type { AddedTrip } from '../../model/service-change.ts'
import { knowNothing } from '../know-nothing.ts'
import { serviceDayStart } from '../timetable/service-day-start.ts'
import { parseServiceTime } from '../timetable/service-time.ts'
import type { Timetable } from '../timetable/timetable.ts'
import type { TripPrediction } from '../trip-prediction.ts'
import { planTrip } from './plan-trip.ts'

/**
 * The runs of a trip that was added, those that end at one time at the earliest and start before another (ms since 1970).
 * None where it names a trip, route or stop that the timetable has not, or its own id is in there.
 */
export function addTrip(
  timetable: Timetable,
  change: AddedTrip,
  from: number,
  until: number,
): TripPrediction[] {
  if (timetable.trips.indexOf.has(change.tripId)) return []
  const plan = change.likeTripId === null ? planOwn(timetable, change) : planLike(timetable, change)
  if (!plan) return []
  return change.serviceDates
    .map(plan)
    .filter(
      ({ stops }) =>
        (stops[0]?.aimedDepartureTime ?? Number.POSITIVE_INFINITY) < until &&
        (stops.at(-1)?.aimedArrivalTime ?? Number.NEGATIVE_INFINITY) >= from,
    )
}

function planLike(timetable: Timetable, { tripId, likeTripId, startTime }: AddedTrip) {
  const { trips, stopTimes } = timetable
  const trip = trips.indexOf.get(likeTripId ?? '')
  if (trip === undefined || startTime === null) return undefined
  const departure = stopTimes.departures[trips.firstStopTimes[trip] as number] as number
  const shiftSeconds = parseServiceTime(startTime) - departure
  return (serviceDate: string): TripPrediction => ({
    ...planTrip(timetable, { trip, serviceDate, startTime: null, duplicate: { tripId, shiftSeconds } }),
    startTime,
  })
}

function planOwn(timetable: Timetable, { tripId, routeId, headsign, stops }: AddedTrip) {
  if (routeId === null || !timetable.routes.indexOf.has(routeId)) return undefined
  if (!stops.every(({ stopId }) => timetable.stops.indexOf.has(stopId))) return undefined
  return (serviceDate: string): TripPrediction => {
    const start = serviceDayStart(timetable.timeZone, serviceDate)
    return {
      trip: -1,
      tripId,
      routeId,
      serviceDate,
      startTime: null,
      relationship: 'NEW',
      vehicleId: null,
      vehicleLabel: null,
      observedTime: null,
      stops: stops.map(({ stopId, arrivalTime, departureTime }, index) => ({
        stopTime: -1,
        stopId,
        stopSequence: index + 1,
        headsign,
        aimedArrivalTime: start + parseServiceTime(arrivalTime) * 1000,
        aimedDepartureTime: start + parseServiceTime(departureTime) * 1000,
        ...knowNothing('timetable'),
      })),
    }
  }
}
