import type { Timetable } from '../timetable/timetable.ts'
import type { TransitVehicle } from '../trip-prediction.ts'
import type { RunSchedule } from './run-schedule.ts'
import type { RunStates } from './run-states.ts'
import type { VehicleState } from './vehicle-state.ts'

/** So near to its next stop a vehicle is coming in. */
const INCOMING_M = 100

/** Where a vehicle is and, where it serves a trip, which and how far it is. */
export function describeVehicle(
  {
    timetable,
    schedule,
    states,
    labelOf,
  }: {
    readonly timetable: Timetable
    readonly schedule: RunSchedule
    readonly states: RunStates
    readonly labelOf: (vehicle: string) => string | null
  },
  { id, last, duty }: VehicleState,
  isServing: boolean,
): TransitVehicle {
  const { time, longitude, latitude, bearingDegrees, speedKph, occupancyStatus } = last
  const place = { time, longitude, latitude, bearingDegrees, speedKph, occupancyStatus }
  const state = duty && isServing && duty.offSince === null ? states.find(duty.run) : undefined
  if (!duty || !state) {
    const none = { tripId: null, routeId: null, serviceDate: null, startTime: null, confidence: 0 }
    return {
      id,
      label: labelOf(id),
      ...place,
      ...none,
      stopId: null,
      stopSequence: null,
      currentStatus: null,
    }
  }
  const { trips, routes, stops, stopTimes } = timetable
  const { run } = duty
  const standsAt = states.stopAt(state)
  const stopIndex = standsAt >= 0 ? standsAt : Math.min(state.nextStopIndex, schedule.stopCount(run) - 1)
  const stopTime = schedule.stopTimeAt(run, stopIndex)
  const isNear = schedule.distanceAt(run, stopIndex) - state.distanceM <= INCOMING_M
  return {
    id,
    label: labelOf(id),
    ...place,
    tripId: trips.ids[run.trip] ?? null,
    routeId: routes.ids[trips.routes[run.trip] ?? -1] ?? null,
    serviceDate: run.serviceDate,
    startTime: run.startTime,
    confidence: Math.round(duty.confidence * 100) / 100,
    stopId: stops.ids[stopTimes.stops[stopTime] ?? -1] ?? null,
    stopSequence: stopTimes.sequences[stopTime] ?? null,
    currentStatus: standsAt >= 0 ? 'STOPPED_AT' : isNear ? 'INCOMING_AT' : 'IN_TRANSIT_TO',
  }
}
