import gtfsRealtime, { type transit_realtime } from 'gtfs-realtime-bindings'
import type { Timetable } from '../timetable/timetable.ts'
import type { TripPrediction, TripRelationship } from '../trip-prediction.ts'
import { relationshipOf } from './plan-trip.ts'

const { ScheduleRelationship } = gtfsRealtime.transit_realtime.TripDescriptor

type Run = Pick<TripPrediction, 'trip' | 'tripId' | 'routeId' | 'serviceDate' | 'startTime' | 'relationship'>

/** Which trip a trip update is of. */
export function createTripDescriptor(timetable: Timetable, run: Run): transit_realtime.ITripDescriptor {
  if (run.relationship === 'DUPLICATED') {
    // The trip that it is like; its own id and start are in the properties. Without a date, which would be the other's.
    const { trips } = timetable
    return {
      tripId: trips.ids[run.trip] as string,
      routeId: run.routeId,
      scheduleRelationship: ScheduleRelationship.DUPLICATED,
    }
  }
  return createVehicleTrip(timetable, run)
}

/** Which trip a vehicle serves: of one that was added, its own id. */
export function createVehicleTrip(timetable: Timetable, run: Run): transit_realtime.ITripDescriptor {
  return {
    tripId: run.tripId,
    routeId: run.routeId,
    ...directionOf(timetable, run.trip),
    startDate: run.serviceDate,
    // Only where it tells runs apart: otherwise it had to be the timetable's own to the second.
    ...(run.startTime !== null && { startTime: run.startTime }),
    scheduleRelationship: ScheduleRelationship[settle(timetable, run)],
  }
}

function settle(timetable: Timetable, { relationship, trip }: Run): TripRelationship {
  return relationship === 'SCHEDULED' && trip >= 0 ? relationshipOf(timetable, trip) : relationship
}

function directionOf({ trips }: Timetable, trip: number): { directionId?: number } {
  const direction = trip < 0 ? -1 : (trips.directions[trip] as number)
  return direction < 0 ? {} : { directionId: direction }
}
