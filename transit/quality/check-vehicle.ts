import type { transit_realtime } from 'gtfs-realtime-bindings'
import { isCovered } from '../coverage.ts'
import { isNearShape } from '../feed/near-shape.ts'
import { checkTrip } from './check-trip.ts'
import { checkStop, checkTimestamp, type QualityContext } from './quality-context.ts'

const SPEED_MAX_MS = 26
const OFF_SHAPE_MAX_METRES = 200
/** A mile, as the classic validator has it. */
const COVERAGE_METRES = 1_609

export function checkVehicle(
  context: QualityContext,
  position: transit_realtime.IVehiclePosition,
  of: string,
): void {
  const { findings, vehicleIds } = context
  checkTimestamp(context, position.timestamp as number | null | undefined, of)
  const id = position.vehicle?.id
  if (!id) findings.note('W002', of)
  else if (vehicleIds.has(id)) findings.note('E052', `${of}: ${id}`)
  else vehicleIds.add(id)
  const trip = position.trip ? checkTrip(context, position.trip, { of, isVehicle: true }) : -1
  if (position.stopId) checkStop(context, position.stopId, of)
  if (position.currentStopSequence != null && trip >= 0) {
    checkSequence(context, trip, position.currentStopSequence, of)
  }
  if (position.position) checkPlace(context, position.position, trip, of)
}

function checkSequence(
  { timetable, findings }: QualityContext,
  trip: number,
  sequence: number,
  of: string,
): void {
  const [first, end] = timetable?.trips.firstStopTimes.subarray(trip, trip + 2) ?? []
  if (!timetable?.stopTimes.sequences.subarray(first, end).includes(sequence)) {
    findings.note('E051', `${of}: ${sequence}`)
  }
}

function checkPlace(
  { findings, timetable }: QualityContext,
  { latitude, longitude, bearing, speed }: transit_realtime.IPosition,
  trip: number,
  of: string,
): void {
  if (bearing != null && !(bearing >= 0 && bearing <= 360)) findings.note('E027', `${of}: ${bearing}`)
  if (speed != null && !(speed >= 0 && speed <= SPEED_MAX_MS)) findings.note('W004', `${of}: ${speed} m/s`)
  const place = `${of} at ${latitude}, ${longitude}`
  if (!(Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180)) {
    findings.note('E026', place)
    return
  }
  if (!timetable) return
  if (!isCovered(timetable, { longitude, latitude }, COVERAGE_METRES)) findings.note('E028', place)
  const shape = trip < 0 ? -1 : (timetable.trips.shapes[trip] ?? -1)
  if (!isNearShape(timetable.shapes, shape, longitude, latitude, OFF_SHAPE_MAX_METRES)) {
    findings.note('E029', place)
  }
}
