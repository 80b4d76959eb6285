import gtfsRealtime, { type transit_realtime } from 'gtfs-realtime-bindings'
import { parseServiceTime } from '../timetable/service-time.ts'
import type { Frequency, Timetable } from '../timetable/timetable.ts'
import type { QualityContext } from './quality-context.ts'

const { ScheduleRelationship } = gtfsRealtime.transit_realtime.TripDescriptor
const { ADDED, NEW, DUPLICATED, REPLACEMENT, UNSCHEDULED } = ScheduleRelationship
const DATE = /^\d{4}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])$/
const TIME = /^\d{1,3}:[0-5]\d:[0-5]\d$/

/** A trip as a feed names it; its index in the timetable, or -1 where it is none of it, or runs otherwise. */
export function checkTrip(
  context: QualityContext,
  trip: transit_realtime.ITripDescriptor,
  { of, isVehicle }: { readonly of: string; readonly isVehicle: boolean },
): number {
  const { timetable, findings } = context
  const { tripId, routeId, startDate, startTime, directionId } = trip
  const relationship = trip.scheduleRelationship ?? undefined
  if (relationship === undefined) findings.note('W009', of)
  if (startDate && !DATE.test(startDate)) findings.note('E021', `${of}: ${startDate}`)
  if (startTime && !TIME.test(startTime)) findings.note('E020', `${of}: ${startTime}`)
  if (routeId && timetable && !timetable.routes.indexOf.has(routeId)) {
    findings.note('E004', `${of}: ${routeId}`)
  }
  if (!tripId) {
    findings.note('W006', of)
    return -1
  }
  if (!timetable) return -1
  const index = timetable.trips.indexOf.get(tripId) ?? -1
  const isNew = relationship === ADDED || relationship === NEW
  if (isNew && index >= 0) findings.note('E016', `${of}: ${tripId}`)
  // A vehicle names a trip that runs like another one by that trip's own id.
  const isOfTimetable = !isNew && !(isVehicle && relationship === DUPLICATED)
  if (isOfTimetable && index < 0) findings.note('E003', `${of}: ${tripId}`)
  if (!isOfTimetable || index < 0) return -1
  const route = timetable.routes.ids[timetable.trips.routes[index] ?? -1]
  if (routeId && route !== routeId)
    findings.note('E035', `${of}: ${tripId} is of ${route}, not of ${routeId}`)
  const direction = timetable.trips.directions[index] ?? -1
  if (directionId != null && direction >= 0 && direction !== directionId)
    findings.note('E024', `${of}: ${tripId}`)
  if (relationship === DUPLICATED || relationship === REPLACEMENT) return -1
  checkRun(context, timetable, index, trip, of)
  return index
}

function checkRun(
  { findings }: QualityContext,
  timetable: Timetable,
  index: number,
  { tripId, startDate, startTime, scheduleRelationship }: transit_realtime.ITripDescriptor,
  of: string,
): void {
  const { trips, services, stopTimes } = timetable
  if (startDate && DATE.test(startDate) && !services.runsOn(trips.services[index] ?? -1, startDate)) {
    findings.note('K001', `${of}: ${tripId} on ${startDate}`)
  }
  const frequencies = timetable.frequencies.get(index)
  const start = startTime && TIME.test(startTime) ? parseServiceTime(startTime) : undefined
  if (!frequencies) {
    const first = stopTimes.arrivals[trips.firstStopTimes[index] ?? -1]
    if (start !== undefined && start !== first) findings.note('E023', `${of}: ${tripId} at ${startTime}`)
    return
  }
  if (!startDate || !startTime) findings.note('E006', `${of}: ${tripId}`)
  const isExact = frequencies.some((frequency) => frequency.isExact)
  if (!isExact && scheduleRelationship != null && scheduleRelationship !== UNSCHEDULED) {
    findings.note('E013', `${of}: ${tripId}`)
  }
  if (isExact && start !== undefined && !frequencies.some((frequency) => isStartOf(frequency, start))) {
    findings.note('E019', `${of}: ${tripId} at ${startTime}`)
  }
}

function isStartOf({ startTime, endTime, headwaySeconds }: Frequency, start: number): boolean {
  return start >= startTime && start < endTime && (start - startTime) % headwaySeconds === 0
}
