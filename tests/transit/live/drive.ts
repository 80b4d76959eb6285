import { createAccuracyCounters } from '../../../transit/accuracy/accuracy-counters.ts'
import { createPredictionJudge } from '../../../transit/accuracy/judge-predictions.ts'
import { createLineCoverage } from '../../../transit/live/line-coverage.ts'
import type { Sighting } from '../../../transit/live/sighting.ts'
import { createTracker, type Tracker } from '../../../transit/live/tracker.ts'
import { createPredictor } from '../../../transit/predict/predictor.ts'
import { readTimetable } from '../../../transit/timetable/read-timetable.ts'
import { pointOnShape } from '../../../transit/timetable/shape-point.ts'
import type { Timetable } from '../../../transit/timetable/timetable.ts'
import type { TransitVehicle, TripPrediction } from '../../../transit/trip-prediction.ts'
import { buildGtfs } from '../../fixtures/build-gtfs.ts'

/** A Monday in winter, on which London's clock is UTC. */
export const DATE = '20260216'
export const MIDNIGHT = Date.parse('2026-02-16T00:00:00Z')
export const MINUTE = 60_000
export const at = (time: string): number => MIDNIGHT + toMs(time)

/** The town of `buildGtfs`, with a tracker that knows its timetable and nothing else. */
export function openTown(changes: Parameters<typeof buildGtfs>[0] = {}) {
  const { timetable, errors } = readTimetable(buildGtfs(changes))
  if (!timetable) throw new Error(JSON.stringify(errors))
  const counters = createAccuracyCounters()
  const coverage = createLineCoverage()
  const tracker = createTracker({
    timetable,
    predictor: createPredictor({ timetable }),
    judge: createPredictionJudge({ counters, hourOf: (time) => new Date(time).getUTCHours() }),
    coverage,
    labelOf: (vehicle) => `Bus ${vehicle}`,
  })
  return { timetable, tracker, counters, coverage }
}

/** Where a trip's bus is by the timetable at a time, `delay` ms late; between stops it goes evenly. */
export function placeOf(timetable: Timetable, tripId: string, time: number, delay = 0, dayStart = MIDNIGHT) {
  const { trips, stopTimes, shapes } = timetable
  const trip = trips.indexOf.get(tripId)
  if (trip === undefined) throw new Error(`there is no trip ${tripId}`)
  const first = trips.firstStopTimes[trip] ?? 0
  const last = (trips.firstStopTimes[trip + 1] ?? 0) - 1
  const seconds = (time - delay - dayStart) / 1000
  const distance = (row: number) => stopTimes.shapeDistances[row] ?? 0
  let metres = distance(last)
  if (seconds <= (stopTimes.departures[first] ?? 0)) metres = distance(first)
  else {
    for (let row = first; row < last; row += 1) {
      const [from, to] = [stopTimes.departures[row] ?? 0, stopTimes.arrivals[row + 1] ?? 0]
      if (seconds >= to) continue
      metres =
        distance(row) + (Math.max(0, seconds - from) / (to - from)) * (distance(row + 1) - distance(row))
      break
    }
  }
  const [longitude, latitude] = pointOnShape(shapes, trips.shapes[trip] ?? -1, metres) ?? [0, 0]
  return { longitude, latitude }
}

export function sight(vehicle: string, time: number, changes: Partial<Sighting>): Sighting {
  return {
    vehicle,
    time,
    longitude: 0,
    latitude: 0,
    bearingDegrees: null,
    speedKph: null,
    occupancyStatus: null,
    tripId: null,
    routeId: null,
    directionId: null,
    startDate: null,
    startTime: null,
    ...changes,
  }
}

/** Drives a bus along a trip, a sighting every 15 s. */
export function drive(
  { timetable, tracker }: { timetable: Timetable; tracker: Tracker },
  {
    vehicle,
    tripId,
    from,
    to,
    delay = 0,
    says = {},
    dayStart,
  }: {
    vehicle: string
    tripId: string
    from: number
    to: number
    delay?: number
    says?: Partial<Sighting>
    dayStart?: number
  },
): void {
  for (let time = from; time <= to; time += 15_000) {
    tracker.see(sight(vehicle, time, { ...placeOf(timetable, tripId, time, delay, dayStart), ...says }))
  }
}

export function vehicleAt(tracker: Tracker, now: number, id: string): TransitVehicle {
  const found = tracker.snapshot(now).vehicles.find((vehicle) => vehicle.id === id)
  if (!found) throw new Error(`${id} is not shown`)
  return found
}

export function tripAt(tracker: Tracker, now: number, tripId: string): TripPrediction | undefined {
  return tracker.snapshot(now).trips.find((trip) => trip.tripId === tripId)
}

function toMs(time: string): number {
  const [hours = 0, minutes = 0, seconds = 0] = time.split(':').map(Number)
  return ((hours * 60 + minutes) * 60 + seconds) * 1000
}
