import gtfsRealtime, { type transit_realtime } from 'gtfs-realtime-bindings'
import type { Timetable } from '../timetable/timetable.ts'
import type { StopPrediction, TripPrediction } from '../trip-prediction.ts'
import type { Entity } from './feed-message.ts'
import { relationshipOf } from './plan-trip.ts'
import { replacedStopOf } from './replaced-stop.ts'
import { runKeyOf } from './run-key.ts'
import { createTripDescriptor } from './trip-descriptor.ts'

const { StopTimeUpdate } = gtfsRealtime.transit_realtime.TripUpdate
const { SCHEDULED, SKIPPED, NO_DATA, UNSCHEDULED } = StopTimeUpdate.ScheduleRelationship
/** What is known without a vehicle is told of as known at times so far apart, so that it does not change with each feed. */
const UNOBSERVED_STEP_SECONDS = 30

/**
 * A trip as GTFS-Realtime tells of it; undefined where there is nothing to tell: consumers that hear nothing of a trip take
 * its timetable, and what is stale is no better than that.
 */
export function createTripUpdate(
  timetable: Timetable,
  trip: TripPrediction,
  now: number,
): Entity | undefined {
  const id = runKeyOf(trip.tripId, trip.serviceDate, trip.startTime)
  const isCancelled = trip.relationship === 'CANCELED'
  const stops = isCancelled ? [] : listStops(trip.stops, now)
  if (isCancelled ? isOver(trip, now) : !isTold(timetable, trip, stops, now)) return undefined
  const nowSeconds = Math.floor(now / 1000)
  const observed = trip.observedTime === null ? undefined : Math.floor(trip.observedTime / 1000)
  return {
    id,
    tripUpdate: {
      trip: createTripDescriptor(timetable, trip),
      vehicle: {
        id: trip.vehicleId ?? `unassigned:${id}`,
        ...(trip.vehicleLabel !== null && { label: trip.vehicleLabel }),
      },
      timestamp: Math.min(observed ?? nowSeconds - (nowSeconds % UNOBSERVED_STEP_SECONDS), nowSeconds),
      stopTimeUpdate: formatStops(timetable, trip, stops, now),
      ...createTripProperties(trip),
    },
  }
}

/** What was passed is kept until its scheduled time, so that nobody takes it for late. */
function listStops(stops: readonly StopPrediction[], now: number): readonly StopPrediction[] {
  const first = stops.findIndex(({ isPassed, aimedDepartureTime }) => !isPassed || aimedDepartureTime >= now)
  return first < 0 ? [] : stops.slice(first)
}

function isOver({ stops }: TripPrediction, now: number): boolean {
  return (stops.at(-1)?.aimedArrivalTime ?? 0) < now
}

function isTold(
  timetable: Timetable,
  trip: TripPrediction,
  stops: readonly StopPrediction[],
  now: number,
): boolean {
  if (stops.length === 0) return false
  const last = stops.length - 1
  // Of the last stop nothing departs: that a bus was there before its time is no reason to tell of it any longer.
  const isAhead = stops.some(
    (stop, index) =>
      (stop.departureTime ?? stop.aimedDepartureTime) > now ||
      (index < last && stop.aimedDepartureTime > now),
  )
  if (!isAhead) return false
  return stops.some(({ state }) => state === 'live') || isChanged(timetable, trip, stops)
}

/** Whether it runs otherwise than in the timetable, which is told though nothing live is known. */
function isChanged(
  timetable: Timetable,
  { relationship, trip }: TripPrediction,
  stops: readonly StopPrediction[],
): boolean {
  if (trip < 0 || !['SCHEDULED', 'UNSCHEDULED'].includes(relationship)) return true
  return stops.some((stop) => stop.isSkipped || replacedStopOf(timetable, stop) !== null)
}

function formatStops(
  timetable: Timetable,
  trip: TripPrediction,
  stops: readonly StopPrediction[],
  now: number,
): transit_realtime.TripUpdate.IStopTimeUpdate[] {
  const hasTimes = stops.some(({ departureTime }) => departureTime !== null && departureTime > now)
  const isPlain = trip.trip < 0 || relationshipOf(timetable, trip.trip) === 'SCHEDULED'
  const scheduled = isPlain || trip.relationship === 'DUPLICATED' ? SCHEDULED : UNSCHEDULED
  // Only of trips that the timetable has not may a scheduled time be sent.
  const sendsSchedule = ['NEW', 'DUPLICATED', 'REPLACEMENT'].includes(trip.relationship)
  let before = Number.NEGATIVE_INFINITY
  return stops.map((stop) => {
    const place = {
      stopSequence: stop.stopSequence,
      ...(replacedStopOf(timetable, stop) !== null
        ? { stopTimeProperties: { assignedStopId: stop.stopId } }
        : { stopId: stop.stopId }),
    }
    if (stop.isSkipped) return { ...place, scheduleRelationship: SKIPPED }
    let { arrivalTime, departureTime } = stop
    if (arrivalTime === null || departureTime === null) {
      // Where some stop has a prediction, this one has none. Otherwise the trip is only changed, and keeps its timetable.
      if (hasTimes) return { ...place, scheduleRelationship: NO_DATA }
      arrivalTime = Math.max(stop.aimedArrivalTime, before + 1000)
      departureTime = Math.max(stop.aimedDepartureTime, arrivalTime)
    }
    before = departureTime
    const { uncertaintySeconds } = stop
    const uncertainty = uncertaintySeconds === null ? {} : { uncertainty: Math.round(uncertaintySeconds) }
    const aimed = (time: number) => (sendsSchedule ? { scheduledTime: time / 1000 } : {})
    return {
      ...place,
      arrival: { time: arrivalTime / 1000, ...uncertainty, ...aimed(stop.aimedArrivalTime) },
      departure: { time: departureTime / 1000, ...uncertainty, ...aimed(stop.aimedDepartureTime) },
      scheduleRelationship: scheduled,
    }
  })
}

function createTripProperties(trip: TripPrediction): {
  tripProperties?: transit_realtime.TripUpdate.ITripProperties
} {
  const { relationship, tripId, serviceDate: startDate, startTime } = trip
  const headsign = trip.stops[0]?.headsign ?? ''
  if (relationship === 'DUPLICATED') {
    return { tripProperties: { tripId, startDate, ...(startTime !== null && { startTime }) } }
  }
  if (relationship !== 'NEW' && relationship !== 'REPLACEMENT') return {}
  return { tripProperties: { tripHeadsign: headsign } }
}
