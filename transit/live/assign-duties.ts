import type { Timetable } from '../timetable/timetable.ts'
import { findClaim } from './find-claim.ts'
import type { TripFits } from './fit-trips.ts'
import type { RunDays } from './run-days.ts'
import type { RunStates } from './run-states.ts'
import type { Sighting } from './sighting.ts'
import type { TripRun } from './trip-run.ts'
import type { VehicleState } from './vehicle-state.ts'

/** A match is taken up at this confidence, and only after the vehicle was seen to go along the path. */
const TAKEN_CONFIDENCE = 0.6
const TAKEN_MOVED_M = 150
/** Another match has to be this sure, and seen as often, before a vehicle changes over to it. */
const CHANGE_CONFIDENCE = 0.8
const CHANGE_COUNT = 3
/** A match that is worth less than this is given up. */
const KEPT_CONFIDENCE = 0.25
/** What a claim is worth while the vehicle is nowhere near the trip's path at its time. */
const DOUBTED_CONFIDENCE = 0.5
/** A vehicle that has not been heard of for so long does not hold a run against another one. */
const HELD_MS = 90_000
/** How much better, in log-likelihood, and how often in a row, another one has to fit to take a run over. */
const CHALLENGE_SCORE = 1
const CHALLENGE_COUNT = 3
/** A vehicle is taken to wait for the next trip of its block from so long before it begins. */
const LAYOVER_MS = 90 * 60_000
/** What a vehicle scores on a run that it waits for: less than one that is seen on it. */
const WAITING_SCORE = -4
/** What a run that does not fit at all scores. */
const NO_FIT = -12

export interface DutyAssigner {
  /** Decides what a vehicle does, after a sighting of it was taken. */
  assign(vehicle: VehicleState, sighting: Sighting, bearingDegrees: number | null): void
  /** It has finished its run, or is not on it: another vehicle may have it. */
  release(vehicle: VehicleState): void
  /** Its run is over: what comes next by its block is what it waits for. */
  finish(vehicle: VehicleState): void
}

export function createDutyAssigner({
  timetable,
  runDays,
  fits,
  states,
  findVehicle,
}: {
  readonly timetable: Timetable
  readonly runDays: RunDays
  readonly fits: TripFits
  readonly states: RunStates
  readonly findVehicle: (id: string) => VehicleState | undefined
}): DutyAssigner {
  return { assign, release, finish }

  function assign(vehicle: VehicleState, sighting: Sighting, bearingDegrees: number | null): void {
    const claimed = findClaim(timetable, runDays, sighting)
    if (claimed) claim(vehicle, claimed, sighting, bearingDegrees)
    else match(vehicle, sighting, bearingDegrees)
  }

  function claim(
    vehicle: VehicleState,
    run: TripRun,
    sighting: Sighting,
    bearingDegrees: number | null,
  ): void {
    const fit = fits.find(run, sighting, bearingDegrees)
    const score = fit?.score ?? NO_FIT
    const confidence = fit ? 1 : DOUBTED_CONFIDENCE
    if (vehicle.duty?.run.key === run.key) {
      vehicle.duty.score = score
      vehicle.duty.confidence = confidence
      return
    }
    // It has been there to the end: what it still says is left over.
    const state = states.find(run)
    const isLeftOver = state !== undefined && state.vehicle === null && states.isOver(state)
    if (!isLeftOver && mayTake(vehicle, run, score, sighting.time)) {
      take(vehicle, run, { isClaimed: true, confidence, score })
    } else release(vehicle)
  }

  function match(vehicle: VehicleState, sighting: Sighting, bearingDegrees: number | null): void {
    const { duty } = vehicle
    const best = vehicle.matcher.consider(sighting, bearingDegrees, {
      current: duty?.run ?? null,
      expected: vehicle.expected,
      isTaken: (run) => isHeld(vehicle, run, sighting.time),
    })
    if (duty && best?.run.key === duty.run.key) {
      duty.confidence = best.confidence
      duty.score = fits.find(duty.run, sighting, bearingDegrees)?.score ?? NO_FIT
      return
    }
    const needed = duty ? CHANGE_CONFIDENCE : TAKEN_CONFIDENCE
    const isSeen = best && best.count >= (duty ? CHANGE_COUNT : 2) && best.movedM >= TAKEN_MOVED_M
    if (best && isSeen && best.confidence >= needed) {
      const score = fits.find(best.run, sighting, bearingDegrees)?.score ?? NO_FIT
      if (mayTake(vehicle, best.run, score, sighting.time)) {
        take(vehicle, best.run, { isClaimed: false, confidence: best.confidence, score })
        return
      }
    }
    if (!duty) return
    // What it waits for is not under way: that it is not seen on its path says nothing yet.
    if (sighting.time < duty.run.startsAt) return
    duty.confidence *= best ? 1 - best.confidence / 2 : 0.9
    if (duty.confidence < KEPT_CONFIDENCE) release(vehicle)
  }

  function isHeld(vehicle: VehicleState, run: TripRun, time: number): boolean {
    const holder = states.find(run)?.vehicle ?? null
    if (holder === null || holder === vehicle.id) return false
    return time - (findVehicle(holder)?.last.time ?? Number.NEGATIVE_INFINITY) <= HELD_MS
  }

  function mayTake(vehicle: VehicleState, run: TripRun, score: number, time: number): boolean {
    const holder = findVehicle(states.find(run)?.vehicle ?? '')
    if (!holder || holder === vehicle || !isHeld(vehicle, run, time)) return true
    if (score <= (holder.duty?.score ?? NO_FIT) + CHALLENGE_SCORE) {
      vehicle.challenges = 0
      return false
    }
    vehicle.challenges += 1
    return vehicle.challenges >= CHALLENGE_COUNT
  }

  function take(
    vehicle: VehicleState,
    run: TripRun,
    { isClaimed, confidence, score }: { isClaimed: boolean; confidence: number; score: number },
  ): void {
    release(vehicle)
    const state = states.getOrAdd(run)
    const holder = findVehicle(state.vehicle ?? '')
    if (holder && holder !== vehicle) holder.duty = null
    state.vehicle = vehicle.id
    vehicle.duty = { run, isClaimed, confidence, offSince: null, score }
    vehicle.challenges = 0
    vehicle.expected = null
  }

  function release(vehicle: VehicleState): void {
    const state = vehicle.duty && states.find(vehicle.duty.run)
    if (state?.vehicle === vehicle.id) state.vehicle = null
    vehicle.duty = null
  }

  function finish(vehicle: VehicleState): void {
    const { duty, last } = vehicle
    if (!duty) return
    const next = runDays.findNext(duty.run)
    release(vehicle)
    vehicle.finished = duty.run
    vehicle.expected = next ?? null
    // One that says its trips itself says so of the next one, too.
    if (!next || duty.isClaimed || next.startsAt - last.time > LAYOVER_MS) return
    if (isHeld(vehicle, next, last.time)) return
    take(vehicle, next, { isClaimed: false, confidence: duty.confidence, score: WAITING_SCORE })
  }
}
