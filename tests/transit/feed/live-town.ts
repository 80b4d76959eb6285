import { planTrip } from '../../../transit/feed/plan-trip.ts'
import { readTimetable } from '../../../transit/timetable/read-timetable.ts'
import type { Timetable } from '../../../transit/timetable/timetable.ts'
import type {
  StopPrediction,
  TransitSnapshot,
  TransitVehicle,
  TripPrediction,
} from '../../../transit/trip-prediction.ts'
import { buildGtfs } from '../../fixtures/build-gtfs.ts'

/** A Monday at noon, as the test's clock has it. */
export const NOON = Date.parse('2026-02-16T12:00:00Z')
export const DATE = '20260216'

export function createTown(changes: Parameters<typeof buildGtfs>[0] = {}): {
  zip: Uint8Array
  timetable: Timetable
} {
  const zip = buildGtfs(changes)
  const { timetable, errors } = readTimetable(zip)
  if (!timetable) throw new Error(JSON.stringify(errors))
  return { zip, timetable }
}

/** A trip as a tracker tells of it that hears of its vehicle: so many seconds late at every stop. */
export function trackTrip(
  timetable: Timetable,
  {
    tripId,
    now = NOON,
    delaySeconds = 0,
    vehicleId = `bus-${tripId}`,
    date = DATE,
  }: { tripId: string; now?: number; delaySeconds?: number; vehicleId?: string; date?: string },
): TripPrediction {
  const trip = timetable.trips.indexOf.get(tripId)
  if (trip === undefined) throw new Error(`no trip ${tripId}`)
  const planned = planTrip(timetable, { trip, serviceDate: date, startTime: null })
  return {
    ...planned,
    vehicleId,
    vehicleLabel: `Bus ${tripId}`,
    observedTime: now - 12_345,
    stops: planned.stops.map((stop): StopPrediction => {
      // A tracker knows no whole seconds.
      const arrivalTime = stop.aimedArrivalTime + delaySeconds * 1000 + 321
      const departureTime = arrivalTime + 15_400
      return {
        ...stop,
        arrivalTime,
        departureTime,
        earliestTime: departureTime - 40_000,
        latestTime: departureTime + 70_000,
        uncertaintySeconds: 42.4,
        isPassed: departureTime <= now,
        state: 'live',
      }
    }),
  }
}

/** Its vehicle, at the next stop of its trip. */
export function trackVehicle(timetable: Timetable, trip: TripPrediction, now = NOON): TransitVehicle {
  const next = trip.stops.find(({ isPassed }) => !isPassed) ?? trip.stops.at(-1)
  const stop = timetable.stops.indexOf.get(next?.stopId ?? '') ?? 0
  return {
    id: trip.vehicleId ?? 'bus',
    label: trip.vehicleLabel,
    time: trip.observedTime ?? now,
    longitude: timetable.stops.longitudes[stop] ?? 0,
    latitude: timetable.stops.latitudes[stop] ?? 0,
    bearingDegrees: 90,
    speedKph: 30,
    occupancyStatus: 'FEW_SEATS_AVAILABLE',
    tripId: trip.tripId,
    routeId: trip.routeId,
    serviceDate: trip.serviceDate,
    startTime: trip.startTime,
    confidence: 1,
    stopId: next?.stopId ?? null,
    stopSequence: next?.stopSequence ?? null,
    currentStatus: 'IN_TRANSIT_TO',
  }
}

export function createSnapshot(
  timetable: Timetable,
  trips: readonly TripPrediction[],
  now = NOON,
): TransitSnapshot {
  const vehicles = trips.filter(({ vehicleId }) => vehicleId !== null)
  return {
    version: timetable.version,
    time: now,
    trips,
    vehicles: vehicles.map((trip) => trackVehicle(timetable, trip, now)),
  }
}
