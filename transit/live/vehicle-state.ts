import type { VehicleMatcher } from './match-vehicle.ts'
import type { Sighting } from './sighting.ts'
import { bearingBetween, metresBetween } from './trip-paths.ts'
import type { TripRun } from './trip-run.ts'

/** Receivers at a standstill wander about by less than this. */
const MOVED_M = 25
/** Slower than this a receiver's bearing is noise. */
const HEADING_KPH = 5
/** A heading that is older says nothing: it may have turned since. */
const HEADING_MS = 120_000

/** What a vehicle is taken to do. */
export interface Duty {
  readonly run: TripRun
  /** Whether it says so itself. */
  readonly isClaimed: boolean
  confidence: number
  /** Since when it is away from the run's path, in ms since 1970; null where it is on it. */
  offSince: number | null
  /** How well it fitted the last time: see TripFit.score. */
  score: number
}

export interface VehicleState {
  readonly id: string
  readonly matcher: VehicleMatcher
  last: Sighting
  /** Where it last was known to have moved to. */
  anchor: Sighting
  /** From there: where it moved to, in degrees; null where it was not seen to move lately. */
  headingDegrees: number | null
  headingTime: number
  duty: Duty | null
  /** What it did last, to the end. */
  finished: TripRun | null
  /** What its block says that it does after that. */
  expected: TripRun | null
  /** How often in a row it said or seemed to be on a run that another vehicle has. */
  challenges: number
}

export function createVehicleState(sighting: Sighting, matcher: VehicleMatcher): VehicleState {
  return {
    id: sighting.vehicle,
    matcher,
    last: sighting,
    anchor: sighting,
    headingDegrees: null,
    headingTime: Number.NEGATIVE_INFINITY,
    duty: null,
    finished: null,
    expected: null,
    challenges: 0,
  }
}

/** Takes a sighting, which is later than the last one, and says where the vehicle heads: null where that is not known. */
export function moveVehicle(state: VehicleState, sighting: Sighting): number | null {
  const { anchor } = state
  const { longitude, latitude, time, bearingDegrees, speedKph } = sighting
  state.last = sighting
  if (metresBetween(anchor.longitude, anchor.latitude, longitude, latitude) >= MOVED_M) {
    state.headingDegrees = bearingBetween(anchor.longitude, anchor.latitude, longitude, latitude)
    state.headingTime = time
    state.anchor = sighting
  }
  if (bearingDegrees !== null && speedKph !== null && speedKph >= HEADING_KPH) return bearingDegrees
  return time - state.headingTime <= HEADING_MS ? state.headingDegrees : null
}
