import { createTripProgress, type ProgressStep, type TripProgress } from '../progress/trip-progress.ts'
import type { Timetable } from '../timetable/timetable.ts'
import type { RunSchedule } from './run-schedule.ts'
import type { TripRun } from './trip-run.ts'

/** This far behind a stop a vehicle has left it: receivers err by less. */
const LEFT_M = 30
/** Before so much of its path a vehicle stands where its trip begins, whatever its receiver says. */
const BEGUN_M = 50
/** Runs that are followed at a time; beyond them the one that was seen the longest ago is forgotten. */
const STATES_MAX = 20_000

/** How far a run is, by whatever tells it. Times in ms since 1970. */
export interface RunState {
  readonly run: TripRun
  readonly progress: TripProgress
  /** The last that was seen of it on its path; undefined where nothing was. */
  step: ProgressStep | undefined
  /** Who serves it; null where only stops tell of it. */
  vehicle: string | null
  /** Metres along its path; NaN before it was seen there. */
  distanceM: number
  /** Of the last that was seen of it; NaN where nothing was. */
  observedTime: number
  /** The first stop that it has not reached. */
  nextStopIndex: number
  /** Since when it stands; NaN before it was seen. */
  stillSince: number
  /** By stop: when it came and when it left; NaN where that was not seen. */
  readonly arrivals: Float64Array
  readonly departures: Float64Array
}

/** That a run was seen to come to a stop. */
export type StopListener = (state: RunState, stopIndex: number, time: number) => void

export interface RunStates {
  find(run: TripRun): RunState | undefined
  getOrAdd(run: TripRun): RunState
  /** It was seen so far along its path. One that does not follow from those before changes nothing. */
  advance(state: RunState, time: number, distanceM: number): void
  /** It was seen at a stop, counted from 0. */
  visit(state: RunState, stopIndex: number, arrivalTime: number | null, departureTime: number | null): void
  /** The stop that it stands at; -1 where it is between two, or was not seen yet. */
  stopAt(state: RunState): number
  /** Whether it has come to its last stop. */
  isOver(state: RunState): boolean
  delete(run: TripRun): void
  values(): Iterable<RunState>
}

export function createRunStates({
  timetable,
  schedule,
  onArrival,
}: {
  readonly timetable: Timetable
  readonly schedule: RunSchedule
  readonly onArrival: StopListener
}): RunStates {
  const states = new Map<string, RunState>()
  return {
    find: (run) => states.get(run.key),
    getOrAdd,
    advance,
    visit,
    stopAt,
    isOver: (state) => state.nextStopIndex >= schedule.stopCount(state.run),
    delete: (run) => void states.delete(run.key),
    values: () => states.values(),
  }

  function getOrAdd(run: TripRun): RunState {
    const known = states.get(run.key)
    if (known) return known
    const count = schedule.stopCount(run)
    const distances = Float64Array.from({ length: count }, (_, index) => schedule.distanceAt(run, index))
    const state: RunState = {
      run,
      progress: createTripProgress(timetable, run.trip, { stopDistances: distances }),
      step: undefined,
      vehicle: null,
      distanceM: Number.NaN,
      observedTime: Number.NaN,
      nextStopIndex: 0,
      stillSince: Number.NaN,
      arrivals: new Float64Array(count).fill(Number.NaN),
      departures: new Float64Array(count).fill(Number.NaN),
    }
    if (states.size >= STATES_MAX) {
      const [oldest] = [...states.values()].sort((a, b) => (a.observedTime || 0) - (b.observedTime || 0))
      if (oldest) states.delete(oldest.run.key)
    }
    states.set(run.key, state)
    return state
  }

  function advance(state: RunState, time: number, distanceM: number): void {
    const [beforeTime, beforeM] = [state.observedTime, state.distanceM]
    const step = state.progress.advance(time, distanceM)
    if (!step) return
    if (step.distanceM < beforeM) forgetFrom(state, step.nextStopIndex)
    state.step = step
    state.observedTime = time
    state.distanceM = step.distanceM
    state.nextStopIndex = Math.max(state.nextStopIndex, step.nextStopIndex)
    state.stillSince = step.stillSince
    for (const { stopIndex, time: arrivalTime } of step.arrivals) {
      if (!Number.isNaN(state.arrivals[stopIndex])) continue
      state.arrivals[stopIndex] = arrivalTime
      onArrival(state, stopIndex, arrivalTime)
    }
    noteDepartures(state, beforeTime, beforeM)
  }

  /** Several sightings in turn say that it is further back than it was taken to be. */
  function forgetFrom(state: RunState, stopIndex: number): void {
    state.nextStopIndex = stopIndex
    state.arrivals.fill(Number.NaN, stopIndex)
    state.departures.fill(Number.NaN, stopIndex)
  }

  /** Those that it left between the place before and where it is now. */
  function noteDepartures(state: RunState, beforeTime: number, beforeM: number): void {
    for (let index = state.nextStopIndex - 1; index >= 0; index -= 1) {
      if (!Number.isNaN(state.departures[index])) return
      const leftM = schedule.distanceAt(state.run, index) + (index === 0 ? BEGUN_M : LEFT_M)
      if (state.distanceM < leftM) continue
      const arrival = state.arrivals[index] ?? Number.NaN
      // Where it was seen before the stop or at it, it left when it was as far behind it as that takes.
      if (!(beforeM < leftM) || (Number.isNaN(arrival) && index > 0)) continue
      const ratio = (leftM - beforeM) / (state.distanceM - beforeM)
      const time = beforeTime + ratio * (state.observedTime - beforeTime)
      state.departures[index] = Number.isNaN(arrival) ? time : Math.max(arrival, time)
    }
  }

  function visit(
    state: RunState,
    stopIndex: number,
    arrivalTime: number | null,
    departureTime: number | null,
  ): void {
    const latest = departureTime ?? arrivalTime
    if (latest === null) return
    const stopM = schedule.distanceAt(state.run, stopIndex)
    if (!(state.distanceM >= stopM)) {
      state.step = state.progress.advance(latest, stopM) ?? state.step
      state.distanceM = stopM
    }
    state.observedTime = Math.max(state.observedTime || Number.NEGATIVE_INFINITY, latest)
    state.nextStopIndex = Math.max(state.nextStopIndex, stopIndex + 1)
    if (Number.isNaN(state.stillSince)) state.stillSince = latest
    if (arrivalTime !== null && Number.isNaN(state.arrivals[stopIndex])) {
      state.arrivals[stopIndex] = arrivalTime
      onArrival(state, stopIndex, arrivalTime)
    }
    if (departureTime !== null && Number.isNaN(state.departures[stopIndex])) {
      state.departures[stopIndex] = departureTime
    }
  }

  function stopAt({ run, nextStopIndex, distanceM, departures }: RunState): number {
    const index = nextStopIndex - 1
    if (index < 0 || !Number.isNaN(departures[index])) return -1
    const leftM = schedule.distanceAt(run, index) + (index === 0 ? BEGUN_M : LEFT_M)
    return distanceM < leftM ? index : -1
  }
}
