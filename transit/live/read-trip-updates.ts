import gtfsRealtime from 'gtfs-realtime-bindings'

const { FeedMessage, TripDescriptor, TripUpdate } = gtfsRealtime.transit_realtime

/** Trips that are taken of one message; a national feed has fewer that are under way. */
const UPDATES_MAX = 20_000

/** What another operator says of one stop of a trip; times in ms since 1970, delays in ms. */
export interface OutsideStop {
  readonly stopSequence: number | null
  readonly stopId: string | null
  readonly arrivalTime: number | null
  readonly arrivalDelay: number | null
  readonly departureTime: number | null
  readonly departureDelay: number | null
  readonly uncertaintySeconds: number | null
  readonly relationship: 'SCHEDULED' | 'SKIPPED' | 'NO_DATA'
}

export interface OutsideUpdate {
  readonly tripId: string
  readonly startDate: string | null
  readonly startTime: string | null
  readonly isCanceled: boolean
  readonly vehicleId: string | null
  readonly vehicleLabel: string | null
  /** When it was made, in ms since 1970; that of the message where the trip does not say. */
  readonly time: number
  /** Of the whole trip, where it is told so and not by its stops. */
  readonly delay: number | null
  readonly stops: readonly OutsideStop[]
}

/**
 * The trip updates of a GTFS-Realtime message in protobuf. Trips that are not the timetable's (NEW and ADDED) and those that
 * tell no trip id are left out. Undefined where the bytes are no such message.
 */
export function readTripUpdates(
  bytes: Uint8Array,
  receivedTime: number,
): readonly OutsideUpdate[] | undefined {
  let message: gtfsRealtime.transit_realtime.FeedMessage
  try {
    message = FeedMessage.decode(bytes)
  } catch {
    return undefined
  }
  const madeTime = toTime(message.header.timestamp) ?? receivedTime
  const updates: OutsideUpdate[] = []
  for (const { tripUpdate, isDeleted } of message.entity) {
    if (updates.length >= UPDATES_MAX) break
    const trip = tripUpdate?.trip
    if (!tripUpdate || isDeleted || !trip?.tripId) continue
    const relationship = trip.scheduleRelationship ?? TripDescriptor.ScheduleRelationship.SCHEDULED
    const isCanceled =
      relationship === TripDescriptor.ScheduleRelationship.CANCELED ||
      relationship === TripDescriptor.ScheduleRelationship.DELETED
    if (!isCanceled && relationship !== TripDescriptor.ScheduleRelationship.SCHEDULED) continue
    updates.push({
      tripId: trip.tripId,
      startDate: trip.startDate || null,
      startTime: trip.startTime || null,
      isCanceled,
      vehicleId: tripUpdate.vehicle?.id || null,
      vehicleLabel: tripUpdate.vehicle?.label || null,
      // A clock that is ahead would make a prediction look fresh for longer than it is.
      time: Math.min(toTime(tripUpdate.timestamp) ?? madeTime, receivedTime),
      delay: Object.hasOwn(tripUpdate, 'delay') ? toMs(tripUpdate.delay) : null,
      stops: (tripUpdate.stopTimeUpdate ?? []).map(readStop),
    })
  }
  return updates
}

function readStop(update: gtfsRealtime.transit_realtime.TripUpdate.IStopTimeUpdate): OutsideStop {
  const { SKIPPED, NO_DATA } = TripUpdate.StopTimeUpdate.ScheduleRelationship
  const relationship = update.scheduleRelationship
  const { arrival, departure } = update
  return {
    // protobuf's default of an absent number is 0, which is a stop_sequence, too.
    stopSequence: Object.hasOwn(update, 'stopSequence') ? (update.stopSequence ?? null) : null,
    stopId: update.stopId || null,
    arrivalTime: toTime(arrival?.time),
    arrivalDelay: arrival && Object.hasOwn(arrival, 'delay') ? toMs(arrival.delay) : null,
    departureTime: toTime(departure?.time),
    departureDelay: departure && Object.hasOwn(departure, 'delay') ? toMs(departure.delay) : null,
    uncertaintySeconds: departure?.uncertainty || arrival?.uncertainty || null,
    relationship: relationship === SKIPPED ? 'SKIPPED' : relationship === NO_DATA ? 'NO_DATA' : 'SCHEDULED',
  }
}

/** Seconds since 1970 as ms; null for 0, which is what an absent time is read as. */
function toTime(seconds: unknown): number | null {
  const value = Number(seconds ?? 0)
  return Number.isFinite(value) && value > 0 ? value * 1000 : null
}

function toMs(seconds: number | null | undefined): number | null {
  return typeof seconds === 'number' && Number.isFinite(seconds) ? seconds * 1000 : null
}
