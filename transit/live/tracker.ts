import type { PredictionJudge } from '../accuracy/judge-predictions.ts'
import type { Predictor } from '../predict/predictor.ts'
import type { Timetable } from '../timetable/timetable.ts'
import type { TransitSnapshot } from '../trip-prediction.ts'
import { createDutyAssigner } from './assign-duties.ts'
import { createTripFits } from './fit-trips.ts'
import { createVehicleFollower } from './follow-vehicle.ts'
import type { LineCoverage } from './line-coverage.ts'
import { createSnapshotMaker, type SnapshotAges } from './make-snapshot.ts'
import { createVehicleMatcher } from './match-vehicle.ts'
import { createOutsideUpdates } from './outside-updates.ts'
import type { OutsideUpdate } from './read-trip-updates.ts'
import { createRunDays } from './run-days.ts'
import { createRunSchedule } from './run-schedule.ts'
import { createRunStates } from './run-states.ts'
import type { Sighting } from './sighting.ts'
import { type Passage, takePassage } from './take-passage.ts'
import { createTripPaths } from './trip-paths.ts'
import type { TripRun } from './trip-run.ts'
import { createVehicleState, moveVehicle, type VehicleState } from './vehicle-state.ts'

/** Vehicles that are followed; of more the one that was heard of the longest ago is forgotten. */
const VEHICLES_MAX = 20_000
const DEFAULT_AGES: SnapshotAges = { liveMs: 90_000, staleMs: 600_000 }
/** A run is forgotten so long after it was to end, when nothing was seen of it for as long. */
const FORGOTTEN_MS = 2 * 3_600_000

/** Follows an authority's vehicles along its timetable. It knows no clock: what it is asked is asked of a moment. */
export interface Tracker {
  /** In the order of receipt; one that is older than the vehicle's last is passed over. */
  see(sighting: Sighting): void
  /** False where it fits no trip. */
  pass(passage: Passage): boolean
  /** What another operator's system says, instead of what it said before. */
  hear(source: string, updates: readonly OutsideUpdate[], receivedTime: number): void
  /** `now` in ms since 1970, rising from call to call. */
  snapshot(now: number): TransitSnapshot
}

export function createTracker({
  timetable,
  predictor,
  judge,
  coverage,
  labelOf,
  ages = DEFAULT_AGES,
}: {
  readonly timetable: Timetable
  /** Of this timetable. What the tracker sees it is told. */
  readonly predictor: Predictor
  readonly judge: PredictionJudge
  readonly coverage: LineCoverage
  /** A vehicle's name, null where it has none. */
  readonly labelOf: (vehicle: string) => string | null
  readonly ages?: SnapshotAges
}): Tracker {
  const vehicles = new Map<string, VehicleState>()
  const findVehicle = (id: string) => vehicles.get(id)
  const runDays = createRunDays(timetable)
  const paths = createTripPaths(timetable)
  const schedule = createRunSchedule(timetable, paths)
  const fits = createTripFits({ timetable, runDays, paths, schedule })
  const outside = createOutsideUpdates(timetable, runDays)
  const states = createRunStates({
    timetable,
    schedule,
    onArrival: ({ run }, stopIndex, time) => judge.observe(run.key, stopIndex, time),
  })
  const assigner = createDutyAssigner({ timetable, runDays, fits, states, findVehicle })
  const follower = createVehicleFollower({ paths, schedule, fits, states, assigner })
  const makeSnapshot = createSnapshotMaker({
    timetable,
    runDays,
    schedule,
    states,
    outside,
    coverage,
    predictor,
    vehicles,
    labelOf,
    ages,
  })
  let countedUntil = Number.NaN
  return {
    see,
    pass,
    hear: (source, updates, receivedTime) => outside.set(source, updates, receivedTime),
    snapshot,
  }

  function see(sighting: Sighting): void {
    let vehicle = vehicles.get(sighting.vehicle)
    if (!vehicle) {
      vehicle = createVehicleState(sighting, createVehicleMatcher(fits))
    } else if (sighting.time <= vehicle.last.time) return
    // Last of all, so that the one that was heard of the longest ago is the first.
    vehicles.delete(vehicle.id)
    vehicles.set(vehicle.id, vehicle)
    const [oldest] = vehicles.values()
    if (vehicles.size > VEHICLES_MAX && oldest) forgetVehicle(oldest)
    const bearingDegrees = moveVehicle(vehicle, sighting)
    assigner.assign(vehicle, sighting, bearingDegrees)
    const { duty } = vehicle
    if (!duty) return
    follower.follow(vehicle, duty, sighting, bearingDegrees)
    const { run } = duty
    const step = states.find(run)?.step
    if (!step || step.time !== sighting.time) return
    coverage.see(routeOf(run))
    predictor.observe(run, vehicle.id, step)
  }

  function pass(passage: Passage): boolean {
    const taken = takePassage({ timetable, runDays, schedule, states, findVehicle }, passage)
    if (!taken) return false
    const { run, stopIndex } = taken
    const { vehicle, arrivalTime, departureTime } = passage
    coverage.see(routeOf(run))
    if (arrivalTime !== null) predictor.arrived(run, vehicle, stopIndex, arrivalTime)
    if (departureTime !== null) predictor.departed(run, vehicle, stopIndex, departureTime)
    return true
  }

  function snapshot(now: number): TransitSnapshot {
    countCovered(now)
    outside.trim(now - ages.staleMs)
    const made = makeSnapshot(now)
    for (const trip of made.trips) {
      if (trip.vehicleId !== null)
        judge.note(`${trip.trip}:${trip.serviceDate}:${trip.startTime ?? ''}`, trip, now)
    }
    trim(now)
    return made
  }

  /** Runs that have ended since the last time: was there anybody on them? */
  function countCovered(now: number): void {
    const from = countedUntil
    countedUntil = now
    if (Number.isNaN(from)) return
    for (const { runs } of runDays.around(now)) {
      for (const run of runs) {
        if (run.endsAt < from || run.endsAt >= now) continue
        const state = states.find(run)
        coverage.note(routeOf(run), state !== undefined && !Number.isNaN(state.observedTime))
      }
    }
  }

  function trim(now: number): void {
    for (const state of states.values()) {
      const latest = Math.max(state.run.endsAt, state.observedTime || Number.NEGATIVE_INFINITY)
      if (now - latest <= FORGOTTEN_MS) continue
      states.delete(state.run)
      judge.forget(state.run.key)
      predictor.forget(state.run)
      const vehicle = findVehicle(state.vehicle ?? '')
      if (vehicle?.duty?.run.key === state.run.key) vehicle.duty = null
    }
    for (const vehicle of vehicles.values()) {
      if (now - vehicle.last.time <= FORGOTTEN_MS) return
      forgetVehicle(vehicle)
    }
  }

  function forgetVehicle(vehicle: VehicleState): void {
    assigner.release(vehicle)
    vehicles.delete(vehicle.id)
  }

  function routeOf({ trip }: TripRun): string {
    return timetable.routes.ids[timetable.trips.routes[trip] ?? -1] ?? ''
  }
}
