import { isWithin } from '../model/period.ts'
import type { ServiceChange } from '../model/service-change.ts'
import { addTrip } from './feed/add-trip.ts'
import { createRunList, type ListedRun } from './feed/list-runs.ts'
import { type PlannedRun, planTrip } from './feed/plan-trip.ts'
import { runKeyOf } from './feed/run-key.ts'
import { listPlatforms } from './timetable/list-platforms.ts'
import { listCallsAt, tripOfStopTime } from './timetable/stop-calls.ts'
import type { Timetable } from './timetable/timetable.ts'
import type { StopPrediction, TransitVehicle, TripPrediction } from './trip-prediction.ts'

/**
 * Changes are told of trips that start within this time. Less than a day, so that a feed never has two runs of a trip that
 * are cancelled, which consumers take for a cancellation of several days.
 */
const AHEAD_MS = 18 * 3_600_000
/** Runs that are told of only because they are changed; those of changes further down the list are left out. */
const PLANNED_MAX = 5_000

export interface ChangedTrips {
  readonly trips: readonly TripPrediction[]
  readonly vehicles: readonly TransitVehicle[]
}

interface RunChange {
  isCancelled: boolean
  /** By stop id: what stands in for it, null for nothing, and the change that says so. */
  readonly stops: Map<string, { replacementStopId: string | null; change: ServiceChange }[]>
}

/**
 * What is known of trips, with the operators' changes of service: trips that are cancelled, added, or call elsewhere, whether
 * anything live is known of them or not. A change that names what the timetable has not does nothing.
 */
export function applyChanges({
  timetable,
  trips,
  vehicles,
  changes,
  now,
}: ChangedTrips & {
  readonly timetable: Timetable
  readonly changes: readonly ServiceChange[]
  readonly now: number
}): ChangedTrips {
  if (changes.length === 0) return { trips, vehicles }
  const known = new Map(trips.map((trip) => [keyOf(trip), trip]))
  const runs = new Map<string, { run: PlannedRun; change: RunChange }>()
  const added: TripPrediction[] = []
  const listRuns = createRunList(timetable, now, now + AHEAD_MS)
  for (const change of changes) {
    if (change.type === 'added-trip') {
      added.push(...addTrip(timetable, change, now, now + AHEAD_MS))
      continue
    }
    const stopChanges = listStopChanges(timetable, change)
    for (const trip of listTrips(timetable, change, stopChanges)) {
      const tripId = timetable.trips.ids[trip] as string
      for (const run of listRuns(trip)) {
        if (!concerns(change, run)) continue
        const key = runKeyOf(tripId, run.serviceDate, run.startTime)
        let changed = runs.get(key)
        if (!changed) {
          if (runs.size >= PLANNED_MAX && !known.has(key)) continue
          changed = { run, change: { isCancelled: false, stops: new Map() } }
          runs.set(key, changed)
        }
        note(changed.change, change, stopChanges)
      }
    }
  }
  const result: TripPrediction[] = []
  for (const trip of trips) {
    const change = runs.get(keyOf(trip))?.change
    result.push(change ? changeTrip(trip, change) : trip)
  }
  for (const [key, { run, change }] of runs) {
    if (known.has(key)) continue
    const planned = planTrip(timetable, run)
    const changed = changeTrip(planned, change)
    if (changed !== planned) result.push(changed)
  }
  result.push(...added.filter((trip) => !known.has(keyOf(trip))))
  return { trips: result, vehicles: vehicles.map((vehicle) => withoutCancelled(vehicle, runs)) }
}

function listTrips(
  timetable: Timetable,
  change: Exclude<ServiceChange, { type: 'added-trip' }>,
  stopChanges: readonly StopChange[],
): number[] {
  const { trips, routes, stops } = timetable
  const { tripId, routeId } = change
  const route = routeId === null ? undefined : routes.indexOf.get(routeId)
  if (routeId !== null && route === undefined) return []
  if (tripId !== null) {
    const trip = trips.indexOf.get(tripId)
    if (trip === undefined || (route !== undefined && trips.routes[trip] !== route)) return []
    return [trip]
  }
  const found = new Set<number>()
  if (route !== undefined) {
    for (let trip = 0; trip < trips.count; trip += 1) if (trips.routes[trip] === route) found.add(trip)
    return [...found]
  }
  for (const { stopId } of stopChanges) {
    const stop = stops.indexOf.get(stopId)
    if (stop === undefined) continue
    for (const stopTime of listCallsAt(timetable, stop)) found.add(tripOfStopTime(timetable, stopTime))
  }
  return [...found]
}

function concerns(
  change: Exclude<ServiceChange, { type: 'added-trip' }>,
  { serviceDate, startTime, start }: ListedRun,
): boolean {
  if (change.serviceDates.length > 0 && !change.serviceDates.includes(serviceDate)) return false
  if (change.type !== 'cancellation') return true
  if (change.startTime !== null && change.startTime !== startTime) return false
  return change.period === null || isWithin([change.period], start)
}

function note(run: RunChange, change: ServiceChange, stopChanges: readonly StopChange[]): void {
  if (change.type === 'cancellation') run.isCancelled = true
  for (const { stopId, replacementStopId } of stopChanges) {
    const list = run.stops.get(stopId) ?? []
    list.push({ replacementStopId, change })
    run.stops.set(stopId, list)
  }
}

interface StopChange {
  readonly stopId: string
  readonly replacementStopId: string | null
}

/** A station that is named stands for all of its stops. */
function listStopChanges({ stops }: Timetable, change: ServiceChange): StopChange[] {
  return stopsOf(change).flatMap(({ stopId, replacementStopId }) => {
    const named = stops.indexOf.get(stopId)
    if (named === undefined) return []
    return listPlatforms(stops, named).map((stop) => ({
      stopId: stops.ids[stop] as string,
      replacementStopId,
    }))
  })
}

function stopsOf(change: ServiceChange): readonly StopChange[] {
  if (change.type === 'detour') return change.stops
  if (change.type !== 'skipped-stops') return []
  return change.stopIds.map((stopId) => ({ stopId, replacementStopId: null }))
}

function changeTrip(trip: TripPrediction, { isCancelled, stops: changes }: RunChange): TripPrediction {
  if (isCancelled) return cancel(trip)
  let isChanged = false
  const stops = trip.stops.map((stop) => {
    const found = changes
      .get(stop.stopId)
      ?.find(({ change: { period } }) => period === null || isWithin([period], stop.aimedDepartureTime))
    if (!found) return stop
    isChanged = true
    return found.replacementStopId === null ? skip(stop) : { ...stop, stopId: found.replacementStopId }
  })
  if (!isChanged) return trip
  // A trip that calls nowhere is cancelled; consumers are not to find that out by themselves.
  return stops.every(({ isSkipped }) => isSkipped) ? cancel(trip) : { ...trip, stops }
}

function cancel(trip: TripPrediction): TripPrediction {
  return {
    ...trip,
    relationship: 'CANCELED',
    vehicleId: null,
    vehicleLabel: null,
    observedTime: null,
    stops: trip.stops.map((stop) => ({ ...skip(stop), isSkipped: false })),
  }
}

function skip(stop: StopPrediction): StopPrediction {
  return {
    ...stop,
    arrivalTime: null,
    departureTime: null,
    earliestTime: null,
    latestTime: null,
    uncertaintySeconds: null,
    isSkipped: true,
    state: 'cancelled',
  }
}

/** A vehicle that is under way all the same is shown, but serves no trip that passengers could wait for. */
function withoutCancelled(
  vehicle: TransitVehicle,
  runs: ReadonlyMap<string, { readonly change: RunChange }>,
): TransitVehicle {
  const { tripId, serviceDate, startTime } = vehicle
  if (tripId === null || serviceDate === null) return vehicle
  if (!runs.get(runKeyOf(tripId, serviceDate, startTime))?.change.isCancelled) return vehicle
  return {
    ...vehicle,
    tripId: null,
    routeId: null,
    serviceDate: null,
    startTime: null,
    stopId: null,
    stopSequence: null,
    currentStatus: null,
  }
}

function keyOf({ tripId, serviceDate, startTime }: TripPrediction): string {
  return runKeyOf(tripId, serviceDate, startTime)
}
