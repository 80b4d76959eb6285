import gtfsRealtime from 'gtfs-realtime-bindings'
import { OCCUPANCY_STATUSES } from '../../model/reading.ts'
import type { ConnectedVehicle } from './connected-vehicles.ts'

const { FeedMessage } = gtfsRealtime.transit_realtime

/** What a vehicle sends, in the shape of Kerbside's own JSON. */
export interface VehiclePayload {
  readonly vehicle: ConnectedVehicle
  readonly payload: Readonly<Record<string, string | number>> & { readonly time: number }
}

export interface FeedContent {
  readonly vehicles: readonly VehiclePayload[]
  /** Trip updates in it: what it predicts. */
  readonly trips: number
}

/** What a GTFS-Realtime message in protobuf says of vehicles; undefined where the bytes are none. */
export function readVehiclePositions(bytes: Uint8Array, receivedTime: number): FeedContent | undefined {
  let message: gtfsRealtime.transit_realtime.FeedMessage
  try {
    message = FeedMessage.decode(bytes)
  } catch {
    return undefined
  }
  const madeTime = Number(message.header.timestamp ?? 0) * 1000 || receivedTime
  const vehicles: VehiclePayload[] = []
  let trips = 0
  for (const { id, vehicle, tripUpdate, isDeleted } of message.entity) {
    if (tripUpdate) trips += 1
    if (!vehicle?.position || isDeleted) continue
    const { position, trip } = vehicle
    const occupancy = Object.hasOwn(vehicle, 'occupancyStatus')
      ? OCCUPANCY_STATUSES[Number(vehicle.occupancyStatus)]
      : undefined
    vehicles.push({
      vehicle: { id: vehicle.vehicle?.id || id, label: vehicle.vehicle?.label || null },
      payload: {
        time: Number(vehicle.timestamp ?? 0) * 1000 || madeTime,
        longitude: roundDegrees(position.longitude),
        latitude: roundDegrees(position.latitude),
        ...(Object.hasOwn(position, 'bearing') && { bearingDegrees: ((position.bearing ?? 0) + 360) % 360 }),
        // Metres a second.
        ...(Object.hasOwn(position, 'speed') && { speedKph: Math.max(0, (position.speed ?? 0) * 3.6) }),
        ...(trip?.tripId && { tripId: trip.tripId }),
        ...(trip?.startDate && { startDate: trip.startDate }),
        ...(trip?.startTime && { startTime: trip.startTime }),
        ...(trip?.routeId && { routeId: trip.routeId }),
        ...(trip && Object.hasOwn(trip, 'directionId') && { directionId: trip.directionId ?? 0 }),
        ...(occupancy && { occupancyStatus: occupancy }),
      },
    })
  }
  return { vehicles, trips }
}

/** The message has 32-bit numbers: their digits behind the sixth, a tenth of a metre, are none. */
function roundDegrees(degrees: number): number {
  return Math.round(degrees * 1e6) / 1e6
}
