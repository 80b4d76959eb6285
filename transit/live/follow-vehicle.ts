import type { DutyAssigner } from './assign-duties.ts'
import type { TripFits } from './fit-trips.ts'
import type { RunSchedule } from './run-schedule.ts'
import type { RunState, RunStates } from './run-states.ts'
import type { Sighting } from './sighting.ts'
import type { PathPass, TripPaths } from './trip-paths.ts'
import type { TripRun } from './trip-run.ts'
import type { Duty, VehicleState } from './vehicle-state.ts'

/** Further from its path than this a vehicle is not on its trip: the threshold of GTFS-Realtime's validator, rule E029. */
const OFF_ROUTE_M = 200
/** Nothing is predicted of a vehicle that has been off its path for longer. */
export const OFF_ROUTE_GRACE_MS = 120_000
/** Receivers go back by less than this. */
const BACK_M = 60
/** Further along by more than this, at 120 km/h, a vehicle has not come: it is the path's other pass of the place. */
const FASTEST_M_PER_MS = 0.034
const SPARE_M = 300
/** What a metre further along costs against a metre beside the path, so that a loop's nearer pass is taken. */
const ALONG_COST = 0.02
/** So near to its last stop a vehicle has come to it: it stops where there is room, and shapes end where they like. */
const LAST_STOP_M = 40
/** Until so near to its start a vehicle's place says nothing about a trip that has not begun. */
const NOT_BEGUN_M = 300

export interface VehicleFollower {
  /** Takes a vehicle with a duty along its run's path. */
  follow(vehicle: VehicleState, duty: Duty, sighting: Sighting, bearingDegrees: number | null): void
}

export function createVehicleFollower({
  paths,
  schedule,
  fits,
  states,
  assigner,
}: {
  readonly paths: TripPaths
  readonly schedule: RunSchedule
  readonly fits: TripFits
  readonly states: RunStates
  readonly assigner: DutyAssigner
}): VehicleFollower {
  return {
    follow(vehicle, duty, sighting, bearingDegrees) {
      const { run } = duty
      const { longitude, latitude, time } = sighting
      const state = states.getOrAdd(run)
      const passes = paths.listPasses(paths.ofTrip(run.trip), longitude, latitude, OFF_ROUTE_M)
      if (passes.length === 0) {
        duty.offSince ??= time
        // Before it begins it comes from wherever it was.
        if (time < run.startsAt) duty.offSince = time
        const isLost = time - duty.offSince > OFF_ROUTE_GRACE_MS
        if (isLost && !duty.isClaimed) assigner.release(vehicle)
        return
      }
      duty.offSince = null
      const distanceM = Number.isNaN(state.distanceM)
        ? findFirst(run, passes, sighting, bearingDegrees)
        : findNext(state, passes, time)
      if (distanceM === undefined) return
      states.advance(state, time, snapToLast(run, distanceM))
      if (states.isOver(state)) assigner.finish(vehicle)
    },
  }

  /** Where it is when it is first seen: where it fits best, or, before its time, near its start. */
  function findFirst(
    run: TripRun,
    passes: readonly PathPass[],
    sighting: Sighting,
    bearingDegrees: number | null,
  ): number | undefined {
    const fit = fits.find(run, sighting, bearingDegrees)
    if (fit) return fit.pass.distanceM
    const startM = schedule.distanceAt(run, 0)
    if (sighting.time < run.startsAt) {
      return passes.find(({ distanceM }) => distanceM - startM < NOT_BEGUN_M)?.distanceM
    }
    return nearest(passes, ({ offsetM }) => offsetM)?.distanceM
  }

  function findNext(state: RunState, passes: readonly PathPass[], time: number): number {
    const { distanceM, observedTime } = state
    const reach = distanceM + SPARE_M + (time - observedTime) * FASTEST_M_PER_MS
    const ahead = passes.filter((pass) => pass.distanceM > distanceM - BACK_M && pass.distanceM < reach)
    const pass = nearest(ahead, (one) => one.offsetM + Math.abs(one.distanceM - distanceM) * ALONG_COST)
    if (pass) return Math.max(distanceM, pass.distanceM)
    // It does not follow from where it was: several of them in turn are believed, which is for the progress to say.
    return nearest(passes, ({ offsetM }) => offsetM)?.distanceM ?? distanceM
  }

  function snapToLast(run: TripRun, distanceM: number): number {
    const count = schedule.stopCount(run)
    const lastM = schedule.distanceAt(run, count - 1)
    const beforeM = schedule.distanceAt(run, Math.max(0, count - 2))
    // Not where the last two stops are closer than that.
    return distanceM >= lastM - LAST_STOP_M && distanceM > beforeM ? Math.max(distanceM, lastM) : distanceM
  }
}

function nearest(passes: readonly PathPass[], cost: (pass: PathPass) => number): PathPass | undefined {
  let best: PathPass | undefined
  for (const pass of passes) if (!best || cost(pass) < cost(best)) best = pass
  return best
}
