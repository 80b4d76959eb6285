import { formatTime } from '../../model/time.ts'
import type { StopDeparture } from './list-departures.ts'
import type { TransitMoment } from './transit-moment.ts'

export interface SiriQuery {
  readonly monitoringRef: string
  /** How long the answer holds, in ms. */
  readonly validMs: number
}

/** SIRI-Lite stop monitoring (CEN/TS 15531-3) of what leaves a stop: the ids and times are those of the departures. */
export function writeStopMonitoring(
  moment: TransitMoment,
  departures: readonly StopDeparture[],
  { monitoringRef, validMs }: SiriQuery,
): object {
  const timestamp = formatTime(moment.time)
  return {
    Siri: {
      ServiceDelivery: {
        ResponseTimestamp: timestamp,
        StopMonitoringDelivery: [
          {
            version: '2.0',
            ResponseTimestamp: timestamp,
            ValidUntil: formatTime(moment.time + validMs),
            MonitoredStopVisit: departures.map((departure) => formatVisit(moment, departure, monitoringRef)),
          },
        ],
      },
    },
  }
}

function formatVisit({ timetable, time }: TransitMoment, visit: StopDeparture, monitoringRef: string) {
  const { departure, stopId, serviceDate, direction, stopSequence } = visit
  const { trips, routes, agencies, stops } = timetable
  const { state, vehicleId, ageSeconds, expectedDepartureTime } = departure
  const route = routes.indexOf.get(departure.routeId) ?? -1
  const trip = trips.indexOf.get(departure.tripId)
  const isMonitored = state === 'live'
  const status = statusOf(visit)
  return {
    RecordedAtTime: formatTime(time - (ageSeconds ?? 0) * 1000),
    ItemIdentifier: departure.departureId,
    MonitoringRef: monitoringRef,
    MonitoredVehicleJourney: {
      LineRef: departure.routeId,
      ...(direction >= 0 && { DirectionRef: String(direction) }),
      FramedVehicleJourneyRef: {
        DataFrameRef: `${serviceDate.slice(0, 4)}-${serviceDate.slice(4, 6)}-${serviceDate.slice(6)}`,
        DatedVehicleJourneyRef: departure.tripId,
      },
      PublishedLineName: departure.routeShortName || (routes.longNames[route] ?? departure.routeId),
      ...(route >= 0 && { OperatorRef: agencies.ids[routes.agencies[route] as number] ?? '' }),
      ...(trip !== undefined && originOf(trip)),
      DestinationName: departure.headsign,
      Monitored: isMonitored,
      ...(vehicleId !== null && { VehicleRef: vehicleId }),
      MonitoredCall: {
        StopPointRef: stopId,
        StopPointName: stops.names[stops.indexOf.get(stopId) ?? -1] ?? '',
        Order: stopSequence,
        VehicleAtStop: false,
        AimedArrivalTime: formatTime(visit.aimedArrivalTime),
        ...(visit.expectedArrivalTime !== null && {
          ExpectedArrivalTime: formatTime(visit.expectedArrivalTime),
        }),
        AimedDepartureTime: formatTime(departure.aimedDepartureTime),
        ...(expectedDepartureTime !== null && { ExpectedDepartureTime: formatTime(expectedDepartureTime) }),
        ArrivalStatus: status,
        DepartureStatus: status,
        ...(visit.stopsAway !== null && { NumberOfStopsAway: visit.stopsAway }),
      },
    },
  }

  function originOf(index: number) {
    const first = timetable.stopTimes.stops[trips.firstStopTimes[index] as number] as number
    return { OriginRef: stops.ids[first], OriginName: stops.names[first] }
  }
}

/** SIRI's words; less than a minute off counts as on time. */
function statusOf({ departure }: StopDeparture): string {
  const { state, expectedDepartureTime, aimedDepartureTime } = departure
  if (state === 'cancelled') return 'cancelled'
  if (state === 'noData') return 'noReport'
  if (expectedDepartureTime === null) return 'onTime'
  const delayMs = expectedDepartureTime - aimedDepartureTime
  if (delayMs >= 60_000) return 'delayed'
  return delayMs <= -60_000 ? 'early' : 'onTime'
}
