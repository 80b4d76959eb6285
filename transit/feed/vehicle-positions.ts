import gtfsRealtime, { type transit_realtime } from 'gtfs-realtime-bindings'
import { OCCUPANCY_STATUSES } from '../../model/reading.ts'
import { isCovered } from '../coverage.ts'
import type { Timetable } from '../timetable/timetable.ts'
import type { TransitVehicle, TripPrediction } from '../trip-prediction.ts'
import type { Entity } from './feed-message.ts'
import { isNearShape } from './near-shape.ts'
import { runKeyOf } from './run-key.ts'
import { createVehicleTrip } from './trip-descriptor.ts'

const { VehicleStopStatus, OccupancyStatus } = gtfsRealtime.transit_realtime.VehiclePosition

/** GTFS-Realtime's best practice: no position in the feed is older. */
export const POSITION_AGE_MAX_SECONDS = 90
/** What the path of a reading takes at most by the machine's clock: more time of a clock that runs fast. */
export const PATH_SECONDS = 2
/**
 * Validators find who is further off a trip's shape in error. They measure in degrees as if those were as long everywhere, so
 * that north and south of the equator less is allowed: these metres times the cosine of the latitude.
 */
const OFF_SHAPE_MAX_METRES = 200
/** Validators allow a mile, 1,609 m. */
export const COVERAGE_MAX_METRES = 1_600
/** Faster is a fault of the receiver; the position may be right all the same. */
const SPEED_MAX_MS = 26

export interface VehicleFeedInput {
  readonly timetable: Timetable
  readonly vehicles: readonly TransitVehicle[]
  /** By `runKeyOf`. */
  readonly trips: ReadonlyMap<string, TripPrediction>
  /** ms since 1970 */
  readonly now: number
  /** Clock.speed */
  readonly speed: number
}

/**
 * One after another, since how far each is off its shape takes a while to find out. A vehicle that is out of town, or whose receiver
 * says so, is left out.
 */
export function* createVehicleEntities({
  timetable,
  vehicles,
  trips,
  now,
  speed,
}: VehicleFeedInput): Generator<Entity> {
  const oldest = now - (POSITION_AGE_MAX_SECONDS + PATH_SECONDS * (speed - 1)) * 1000
  const nowSeconds = Math.floor(now / 1000)
  for (const vehicle of vehicles) {
    if (vehicle.time >= oldest && isCovered(timetable, vehicle, COVERAGE_MAX_METRES))
      yield formatVehicle(vehicle)
  }

  function formatVehicle(vehicle: TransitVehicle): Entity {
    const { id, label, time, longitude, latitude, bearingDegrees, speedKph } = vehicle
    const occupancy = vehicle.occupancyStatus ?? ''
    const trip = findTrip(vehicle)
    const metresPerSecond = speedKph === null ? Number.NaN : speedKph / 3.6
    return {
      id,
      vehicle: {
        ...(trip && formatTrip(timetable, trip, vehicle)),
        vehicle: { id, ...(label !== null && { label }) },
        position: {
          latitude,
          longitude,
          ...(bearingDegrees !== null && { bearing: bearingDegrees }),
          ...(metresPerSecond >= 0 && metresPerSecond <= SPEED_MAX_MS && { speed: metresPerSecond }),
        },
        // A vehicle's clock may be a little ahead, but nothing in a feed is later than the feed.
        timestamp: Math.min(Math.floor(time / 1000), nowSeconds),
        ...(isOccupancyStatus(occupancy) && { occupancyStatus: OccupancyStatus[occupancy] }),
      },
    }
  }

  function findTrip({ tripId, serviceDate, startTime, longitude, latitude }: TransitVehicle) {
    if (tripId === null || serviceDate === null) return undefined
    const trip = trips.get(runKeyOf(tripId, serviceDate, startTime))
    if (!trip || trip.relationship === 'CANCELED') return undefined
    const shape = trip.trip < 0 ? -1 : (timetable.trips.shapes[trip.trip] as number)
    const metresMax = OFF_SHAPE_MAX_METRES * Math.cos((latitude * Math.PI) / 180)
    return isNearShape(timetable.shapes, shape, longitude, latitude, metresMax) ? trip : undefined
  }
}

function formatTrip(
  timetable: Timetable,
  trip: TripPrediction,
  { stopId, stopSequence, currentStatus }: TransitVehicle,
): transit_realtime.IVehiclePosition {
  return {
    trip: createVehicleTrip(timetable, trip),
    ...(stopSequence !== null && { currentStopSequence: stopSequence }),
    ...(stopId !== null && { stopId }),
    ...(currentStatus !== null && { currentStatus: VehicleStopStatus[currentStatus] }),
  }
}

export function isOccupancyStatus(name: string | undefined): name is (typeof OCCUPANCY_STATUSES)[number] {
  return name !== undefined && (OCCUPANCY_STATUSES as readonly string[]).includes(name)
}
