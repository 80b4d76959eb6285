import gtfsRealtime, { type transit_realtime } from 'gtfs-realtime-bindings'
import type { Timetable } from '../timetable/timetable.ts'
import { checkTrip } from './check-trip.ts'
import { checkStop, checkTimestamp, isPosixTime, type QualityContext } from './quality-context.ts'

const { CANCELED, DELETED } = gtfsRealtime.transit_realtime.TripDescriptor.ScheduleRelationship
const { SKIPPED, NO_DATA } = gtfsRealtime.transit_realtime.TripUpdate.StopTimeUpdate.ScheduleRelationship

type StopUpdate = transit_realtime.TripUpdate.IStopTimeUpdate

export function checkTripUpdate(
  context: QualityContext,
  { trip, vehicle, timestamp, stopTimeUpdate }: transit_realtime.ITripUpdate,
  of: string,
): void {
  const { findings, timetable } = context
  checkTimestamp(context, timestamp as number | null | undefined, of)
  if (!vehicle?.id) findings.note('W002', of)
  const index = checkTrip(context, trip, { of, isVehicle: false })
  const isCancelled = trip.scheduleRelationship === CANCELED || trip.scheduleRelationship === DELETED
  const updates = stopTimeUpdate ?? []
  if (updates.length === 0 && !isCancelled) findings.note('E041', of)
  checkOrder(context, updates, of)
  checkTimes(context, updates, of)
  for (const update of updates) checkUpdate(context, update, of)
  if (timetable && index >= 0) checkAgainst(context, timetable, index, updates, of)
}

function checkOrder({ findings }: QualityContext, updates: readonly StopUpdate[], of: string): void {
  let before: StopUpdate | undefined
  for (const update of updates) {
    const [sequence, earlier] = [update.stopSequence, before?.stopSequence]
    if (sequence != null && earlier != null) {
      if (sequence < earlier) findings.note('E002', `${of}: ${sequence} behind ${earlier}`)
      if (sequence === earlier) findings.note('E036', `${of}: ${sequence}`)
    }
    if (update.stopId && update.stopId === before?.stopId) findings.note('E037', `${of}: ${update.stopId}`)
    before = update
  }
}

/** Arrivals and departures each grow from stop to stop, and nobody arrives before leaving the stop before. */
function checkTimes({ findings }: QualityContext, updates: readonly StopUpdate[], of: string): void {
  let arrivedBefore = Number.NEGATIVE_INFINITY
  let leftBefore = Number.NEGATIVE_INFINITY
  for (const update of updates) {
    const arrival = timeOf(update.arrival)
    const departure = timeOf(update.departure)
    for (const time of [arrival, departure]) {
      if (time !== undefined && !isPosixTime(time)) findings.note('E001', `${of}: ${time}`)
    }
    const isEarly =
      (arrival !== undefined && (arrival <= arrivedBefore || arrival < leftBefore)) ||
      (departure !== undefined && (departure <= leftBefore || departure < arrivedBefore))
    if (isEarly) findings.note('E022', `${of} at ${nameOf(update)}`)
    if (arrival !== undefined && departure !== undefined && departure < arrival) {
      findings.note('E025', `${of} at ${nameOf(update)}`)
    }
    arrivedBefore = arrival ?? arrivedBefore
    leftBefore = departure ?? leftBefore
  }
}

function checkUpdate(context: QualityContext, update: StopUpdate, of: string): void {
  const { findings } = context
  const { stopId, stopSequence, arrival, departure, scheduleRelationship, stopTimeProperties } = update
  if (!stopId && stopSequence == null) findings.note('E040', of)
  for (const id of [stopId, stopTimeProperties?.assignedStopId]) if (id) checkStop(context, id, of)
  const events = [arrival, departure].filter((event) => event != null)
  if (scheduleRelationship === NO_DATA && events.length > 0)
    findings.note('E042', `${of} at ${nameOf(update)}`)
  if (scheduleRelationship === NO_DATA || scheduleRelationship === SKIPPED) return
  if (events.length === 0) findings.note('E043', `${of} at ${nameOf(update)}`)
  if (events.some((event) => event.time == null && event.delay == null)) {
    findings.note('E044', `${of} at ${nameOf(update)}`)
  }
}

function checkAgainst(
  { findings }: QualityContext,
  { trips, stops, stopTimes }: Timetable,
  trip: number,
  updates: readonly StopUpdate[],
  of: string,
): void {
  const first = trips.firstStopTimes[trip] as number
  const end = trips.firstStopTimes[trip + 1] as number
  const stopOf = new Map<number, string>()
  for (let at = first; at < end; at += 1) {
    stopOf.set(stopTimes.sequences[at] as number, stops.ids[stopTimes.stops[at] as number] as string)
  }
  const callsTwice = new Set(stopOf.values()).size < stopOf.size
  for (const { stopSequence, stopId } of updates) {
    if (stopSequence == null) {
      if (callsTwice) findings.note('E009', of)
      continue
    }
    const stop = stopOf.get(stopSequence)
    if (stop === undefined) findings.note('E051', `${of}: ${stopSequence}`)
    else if (stopId && stop !== stopId)
      findings.note('E045', `${of}: ${stopSequence} is ${stop}, not ${stopId}`)
  }
}

function timeOf(event: transit_realtime.TripUpdate.IStopTimeEvent | null | undefined): number | undefined {
  return (event?.time as number | null | undefined) ?? undefined
}

function nameOf({ stopSequence, stopId }: StopUpdate): string {
  return stopId ?? `stop_sequence ${stopSequence}`
}
