import type { Departure } from '../../model/departure.ts'
import { headsignOf } from '../timetable/headsign-of.ts'
import { listPlatforms } from '../timetable/list-platforms.ts'
import { departureIdOf, runKeyOf } from './run-key.ts'
import { listTimetableCalls, type TimetableCall } from './timetable-calls.ts'
import type { TransitMoment, TripCall } from './transit-moment.ts'

/** One departure with what only some formats tell of it. */
export interface StopDeparture {
  readonly departure: Departure
  /** Where it leaves: of a station, one of its platforms. */
  readonly stopId: string
  readonly stopSequence: number
  readonly serviceDate: string
  /** 0 or 1; -1 where it is not said. */
  readonly direction: number
  readonly aimedArrivalTime: number
  readonly expectedArrivalTime: number | null
  /** How many stops of the trip, this one not counted, it has to pass still; null where that is not known. */
  readonly stopsAway: number | null
}

export interface DepartureQuery {
  /** Of the timetable: a stop, or a station, which stands for all of its stops. */
  readonly stop: number
  readonly from: number
  readonly until: number
  readonly limit: number
}

/**
 * What leaves a stop within a time, by when it is expected: as far as it is known what is known, and the timetable for all
 * else. What was cancelled, or calls elsewhere, is among them, and says so.
 */
export function listDepartures(
  moment: TransitMoment,
  { stop, from, until, limit }: DepartureQuery,
): StopDeparture[] {
  const { timetable } = moment
  const found: StopDeparture[] = []
  for (const platform of listPlatforms(timetable.stops, stop)) {
    const stopId = timetable.stops.ids[platform] as string
    for (const call of moment.callsAt(stopId)) {
      if (isBoarded(moment, call)) found.push(describeCall(moment, call, stopId))
    }
    for (const call of listTimetableCalls(timetable, platform, from, until)) {
      const tripId = timetable.trips.ids[call.trip] as string
      if (moment.tripsByKey.has(runKeyOf(tripId, call.serviceDate, call.startTime))) continue
      found.push(describeTimetableCall(moment, call, tripId, stopId))
    }
  }
  return found
    .filter(({ departure }) => from <= timeOf(departure) && timeOf(departure) < until)
    .sort(
      (one, two) =>
        timeOf(one.departure) - timeOf(two.departure) ||
        (one.departure.departureId < two.departure.departureId ? -1 : 1),
    )
    .slice(0, limit)
}

function timeOf({ expectedDepartureTime, aimedDepartureTime }: Departure): number {
  return expectedDepartureTime ?? aimedDepartureTime
}

function isBoarded({ timetable: { stopTimes } }: TransitMoment, { stop, isLast }: TripCall): boolean {
  return !isLast && !(stop.stopTime >= 0 && stopTimes.pickupTypes[stop.stopTime] === 1)
}

function describeCall(
  { timetable, time }: TransitMoment,
  { trip, stop, isMoved }: TripCall,
  stopId: string,
): StopDeparture {
  const { trips, routes } = timetable
  const route = routes.indexOf.get(trip.routeId)
  const isPredicted = !isMoved && stop.departureTime !== null
  const next = trip.stops.find(({ isPassed, isSkipped }) => !isPassed && !isSkipped)
  return {
    departure: {
      departureId: departureIdOf(trip, stop.stopSequence),
      tripId: trip.tripId,
      routeId: trip.routeId,
      routeShortName: route === undefined ? '' : (routes.shortNames[route] as string),
      headsign: stop.headsign,
      aimedDepartureTime: stop.aimedDepartureTime,
      expectedDepartureTime: isPredicted ? stop.departureTime : null,
      earliestTime: isPredicted ? stop.earliestTime : null,
      latestTime: isPredicted ? stop.latestTime : null,
      state: isMoved || stop.isSkipped || trip.relationship === 'CANCELED' ? 'cancelled' : stop.state,
      ageSeconds:
        trip.observedTime === null ? null : Math.max(0, Math.floor((time - trip.observedTime) / 1000)),
      vehicleId: trip.vehicleId,
    },
    stopId,
    stopSequence: stop.stopSequence,
    serviceDate: trip.serviceDate,
    direction: trip.trip < 0 ? -1 : (trips.directions[trip.trip] as number),
    aimedArrivalTime: stop.aimedArrivalTime,
    expectedArrivalTime: isPredicted ? stop.arrivalTime : null,
    stopsAway:
      isPredicted && next && trip.vehicleId !== null
        ? Math.max(0, trip.stops.indexOf(stop) - trip.stops.indexOf(next))
        : null,
  }
}

function describeTimetableCall(
  { timetable }: TransitMoment,
  call: TimetableCall,
  tripId: string,
  stopId: string,
): StopDeparture {
  const { trips, routes, stopTimes } = timetable
  const { stopTime, trip, serviceDate, startTime, aimedArrivalTime, aimedDepartureTime } = call
  const route = trips.routes[trip] as number
  const stopSequence = stopTimes.sequences[stopTime] as number
  return {
    departure: {
      departureId: departureIdOf({ tripId, serviceDate, startTime }, stopSequence),
      tripId,
      routeId: routes.ids[route] as string,
      routeShortName: routes.shortNames[route] as string,
      headsign: headsignOf(timetable, stopTime, trip),
      aimedDepartureTime,
      expectedDepartureTime: null,
      earliestTime: null,
      latestTime: null,
      state: 'timetable',
      ageSeconds: null,
      vehicleId: null,
    },
    stopId,
    stopSequence,
    serviceDate,
    direction: trips.directions[trip] as number,
    aimedArrivalTime,
    expectedArrivalTime: null,
    stopsAway: null,
  }
}
