import type { ProgressStep } from '../progress/trip-progress.ts'
import type { Timetable } from '../timetable/timetable.ts'
import { BEGUN_M, createRunTimes, type FollowedRun, type PredictedRun } from './followed-run.ts'
import { forecastNextRun, forecastRun, type RunCourse } from './forecast-run.ts'
import type { KnownErrors } from './known-errors.ts'
import { learnArrival, learnStart } from './learn-run.ts'
import { createLearnt } from './learnt.ts'
import type { LinkRatio } from './link-times.ts'
import { packLearnt } from './pack-learnt.ts'

const LEAN_PERCENT = 3
/** Runs followed at a time; of one more the one that was followed first is forgotten, and what it taught stays. */
const RUNS_MAX = 20_000
/** Nothing has been heard of a run for so long, and nobody asked: it is over. */
const STALE_MS = 4 * 3_600_000
/** Predictions are compared with what came of them at these steps: closer ones say the same again. */
const REMEMBER_STEP_MS = 45_000
/** Between positions further apart than this it is not known when the first stop was left. */
const START_GAP_MS = 150_000
/** Later than this after it was made nobody remembers a prediction. */
const REMEMBERED_MS = 45 * 60_000

/** When a vehicle will be at the later stops of a run: index 0 is the stop `firstStopIndex`, counted from 0. ms since 1970. */
export interface RunForecast {
  readonly firstStopIndex: number
  readonly arrivalTimes: Float64Array
  readonly departureTimes: Float64Array
  /** The 80 % interval around the departure. */
  readonly earliestTimes: Float64Array
  readonly latestTimes: Float64Array
  /** One standard deviation. */
  readonly uncertaintySeconds: Float32Array
  /** When it will leave the stop before `firstStopIndex`, if it stands at it yet. */
  readonly leavingTime: number
}

/**
 * Learns how long links take and how far it was off, from what it is told in the order of time, and predicts from that alone.
 * What it is told twice counts once.
 */
export interface Predictor {
  /** Where the vehicle on a run is, with the stops that it reached. */
  observe(run: PredictedRun, vehicleId: string | null, step: ProgressStep): void
  /** It came to a stop, counted from 0, or left it, as the stop itself or the vehicle's door says. */
  arrived(run: PredictedRun, vehicleId: string | null, stopIndex: number, time: number): void
  departed(run: PredictedRun, vehicleId: string | null, stopIndex: number, time: number): void
  /** Undefined where nothing was seen of the run, or it is over. */
  predict(run: PredictedRun, now: number): RunForecast | undefined
  /** Of the next run of a vehicle that is on another one, or has ended it; undefined where nothing was seen of that. */
  predictNext(run: PredictedRun, next: PredictedRun, now: number): RunForecast | undefined
  /** The run is over, or its vehicle is on another. */
  forget(run: PredictedRun): void
  /** What was learnt, to be kept and handed in again. */
  pack(): Uint8Array
}

export interface PredictorOptions {
  readonly timetable: Timetable
  /**
   * How much earlier everything is said than it is expected, in percent of the time until then; intervals stay where they
   * are. Who is told a bit too early waits a minute, who is told a bit too late waits for the next bus: so it is 3 if left
   * out, with which a quarter less of the buses come more than a minute before they were said to.
   */
  readonly leanPercent?: number
  /** What the town's counters know of the streets that links run along. */
  readonly linkRatio?: LinkRatio
  /** Of an earlier predictor's `pack`, for this timetable or another; bytes that cannot be read are left aside. */
  readonly packed?: Uint8Array
}

export function createPredictor(options: PredictorOptions): Predictor {
  const { timetable, leanPercent = LEAN_PERCENT } = options
  const learnt = createLearnt(timetable, options)
  const times = createRunTimes(timetable, learnt.links)
  const runs = new Map<string, FollowedRun>()
  /** When the vehicle that was last on a run ended it, by the vehicle. */
  const endedTimes = new Map<string, number>()
  let lastTime = 0
  const sooner = 1 - leanPercent / 100
  return { observe, arrived, departed, predict, predictNext, forget, pack: () => packLearnt(learnt) }

  function observe(run: PredictedRun, vehicleId: string | null, step: ProgressStep): void {
    const followed = follow(run, vehicleId)
    if (step.time < followed.seenTime) return
    if (step.nextStopIndex < followed.nextStopIndex && step.time > followed.seenTime) {
      followed.arrivals.fill(Number.NaN, step.nextStopIndex)
      followed.departures.fill(Number.NaN, step.nextStopIndex)
    }
    noteStart(followed, step)
    for (const { stopIndex, time } of step.arrivals) noteArrival(followed, stopIndex, time)
    followed.step = step
    followed.seenTime = step.time
    followed.nextStopIndex = step.nextStopIndex
  }

  /** Its first stop it left somewhere between the last position there and the first one away from it. */
  function noteStart(followed: FollowedRun, { time, fromStartM }: ProgressStep): void {
    const before = followed.step
    if (fromStartM < BEGUN_M) {
      if (Number.isNaN(followed.startSeenTime)) followed.startSeenTime = time
    } else if (before && before.fromStartM < BEGUN_M && time - before.time <= START_GAP_MS) {
      noteDeparture(followed, 0, (before.time + time) / 2)
    }
  }

  function arrived(run: PredictedRun, vehicleId: string | null, stopIndex: number, time: number): void {
    const followed = follow(run, vehicleId)
    if (stopIndex >= followed.stopCount) return
    noteArrival(followed, stopIndex, time)
    noteVisit(followed, stopIndex, time)
  }

  function departed(run: PredictedRun, vehicleId: string | null, stopIndex: number, time: number): void {
    const followed = follow(run, vehicleId)
    if (stopIndex >= followed.stopCount) return
    noteDeparture(followed, stopIndex, time)
    noteVisit(followed, stopIndex, time)
  }

  function noteDeparture(followed: FollowedRun, stopIndex: number, time: number): void {
    if (!Number.isNaN(followed.departures[stopIndex])) return
    followed.departures[stopIndex] = time
    const arrival = followed.arrivals[stopIndex] as number
    const stopId = learnt.links.stopId(times.stopAt(followed.run, stopIndex))
    if (stopIndex > 0) {
      if (!learnt.isKnown(time)) learnt.dwells.learn(stopId, (time - arrival) / 1000)
    } else learnStart(learnt, times, followed, time, endedTimes.get(followed.vehicleId ?? ''))
  }

  function noteArrival(followed: FollowedRun, stopIndex: number, time: number): void {
    if (!Number.isNaN(followed.arrivals[stopIndex])) return
    followed.arrivals[stopIndex] = time
    settlePending(followed, stopIndex, time)
    learnArrival(learnt, times, followed, stopIndex, time)
    if (stopIndex === followed.stopCount - 1 && followed.vehicleId !== null) {
      endedTimes.delete(followed.vehicleId)
      endedTimes.set(followed.vehicleId, time)
      if (endedTimes.size > RUNS_MAX) endedTimes.delete(endedTimes.keys().next().value as string)
    }
  }

  function noteVisit(followed: FollowedRun, stopIndex: number, time: number): void {
    if (!(time < followed.seenTime)) followed.seenTime = time
    followed.nextStopIndex = Math.max(followed.nextStopIndex, stopIndex + 1)
  }

  function predict(run: PredictedRun, now: number): RunForecast | undefined {
    const followed = runs.get(run.key)
    if (!followed || Number.isNaN(followed.seenTime)) return undefined
    if (followed.nextStopIndex >= followed.stopCount) return undefined
    const course = forecastRun(learnt, times, followed, now)
    remember(followed, course, now, false)
    return addIntervals(course, now, learnt.errors)
  }

  function predictNext(run: PredictedRun, next: PredictedRun, now: number): RunForecast | undefined {
    const before = runs.get(run.key)
    if (!before || Number.isNaN(before.seenTime)) return undefined
    const isOver = before.nextStopIndex >= before.stopCount
    const lastTime = isOver
      ? before.seenTime
      : (forecastRun(learnt, times, before, now).arrivalTimes.at(-1) ?? before.seenTime)
    const readyTime = lastTime + learnt.layovers.leastSeconds() * 1000
    const followed = follow(next, null)
    const course = forecastNextRun(learnt, times, followed, readyTime, now)
    remember(followed, course, now, true)
    return addIntervals(course, now, learnt.errorsBeforeStart)
  }

  function addIntervals(course: RunCourse, now: number, errors: KnownErrors): RunForecast {
    const { firstStopIndex, leavingTime } = course
    const count = course.arrivalTimes.length
    const arrivalTimes = new Float64Array(count)
    const departureTimes = new Float64Array(count)
    const earliestTimes = new Float64Array(count)
    const latestTimes = new Float64Array(count)
    const uncertaintySeconds = new Float32Array(count)
    let leftTime = now
    for (let index = 0; index < count; index += 1) {
      const arrival = course.arrivalTimes[index] as number
      const departure = course.departureTimes[index] as number
      // No lean takes a bus from where it waits: what lies behind that is said no earlier either.
      const heldUntil = Math.min(departure, course.heldUntilTimes[index] as number)
      const { lowSeconds, highSeconds, deviationSeconds } = errors.interval((arrival - now) / 1000)
      arrivalTimes[index] = Math.max(leftTime, now + (arrival - now) * sooner)
      leftTime = Math.max(arrivalTimes[index] as number, now + (departure - now) * sooner, heldUntil)
      departureTimes[index] = leftTime
      earliestTimes[index] = Math.max(now, departure + lowSeconds * 1000)
      latestTimes[index] = Math.max(now, departure + highSeconds * 1000)
      uncertaintySeconds[index] = deviationSeconds
    }
    const intervals = { earliestTimes, latestTimes, uncertaintySeconds }
    return { firstStopIndex, arrivalTimes, departureTimes, ...intervals, leavingTime }
  }

  function follow(run: PredictedRun, vehicleId: string | null): FollowedRun {
    let followed = runs.get(run.key)
    if (!followed) {
      followed = times.follow(run)
      forgetStale()
      runs.set(run.key, followed)
    }
    followed.vehicleId = vehicleId ?? followed.vehicleId
    return followed
  }

  /** A run that was foreseen and never driven is forgotten by nobody else. */
  function forgetStale(): void {
    for (const [key, { seenTime, pending }] of runs) {
      const heardTime = Math.max(seenTime || 0, pending.at(-1)?.time ?? 0)
      if (runs.size < RUNS_MAX && heardTime > lastTime - STALE_MS) return
      runs.delete(key)
    }
  }

  function remember(followed: FollowedRun, course: RunCourse, now: number, isBeforeStart: boolean): void {
    const { pending } = followed
    lastTime = Math.max(lastTime, now)
    if (now - (pending.at(-1)?.time ?? Number.NEGATIVE_INFINITY) < REMEMBER_STEP_MS) return
    while (pending.length > 0 && now - (pending[0]?.time ?? now) > REMEMBERED_MS) pending.shift()
    const { firstStopIndex, arrivalTimes } = course
    pending.push({ time: now, firstStopIndex, arrivalTimes, isBeforeStart })
  }

  function settlePending({ pending }: FollowedRun, stopIndex: number, arrival: number): void {
    for (const { time, firstStopIndex, arrivalTimes, isBeforeStart } of pending) {
      const predicted = arrivalTimes[stopIndex - firstStopIndex]
      // What was said after it had come, before that was known, is no prediction.
      if (predicted === undefined || time >= arrival) continue
      const errors = isBeforeStart ? learnt.errorsBeforeStart : learnt.errors
      errors.learn(arrival, (predicted - time) / 1000, (arrival - predicted) / 1000)
    }
  }

  function forget(run: PredictedRun): void {
    runs.delete(run.key)
  }
}
