import type { JudgedPrediction } from '../../model/judged-prediction.ts'
import type { StopPrediction, TripPrediction } from '../trip-prediction.ts'
import type { AccuracyCounters } from './accuracy-counters.ts'

/** Of one trip and stop one prediction a minute is judged, for as long before as the widest bin reaches. */
const STEP_MS = 60_000
const HORIZON_MS = 30 * 60_000
const KEPT_PER_STOP = HORIZON_MS / STEP_MS
/** Stops of trips of which predictions wait for what comes of them, some 0.5 kB each; further ones are not judged. */
const STOPS_MAX = 60_000

interface Waiting {
  readonly named: Pick<
    JudgedPrediction,
    'routeId' | 'stopId' | 'stopSequence' | 'tripId' | 'serviceDate' | 'startTime'
  >
  /** When the first one was made, in ms since 1970. */
  readonly firstTime: number
  /** Four numbers for each, in ms: when it was made, from the first one on, and from then on arrival, earliest, latest. */
  readonly numbers: Float32Array
  count: number
  madeTime: number
}

/** Keeps what was predicted until it is known what came of it. */
export interface PredictionJudge {
  /** What is predicted now of a run, named by `runKey`; only what rests on a live vehicle is judged. */
  note(runKey: string, prediction: TripPrediction, now: number): void
  /** A vehicle has come to a stop of it, counted from 0, at this time in ms since 1970. */
  observe(runKey: string, stopIndex: number, arrivalTime: number): void
  /** The run is over: what was predicted of stops that nobody saw it at is forgotten. */
  forget(runKey: string): void
}

export function createPredictionJudge({
  counters,
  hourOf,
  onJudged,
}: {
  readonly counters: AccuracyCounters
  /** The hour of the day there, from 0 to 23. */
  readonly hourOf: (time: number) => number
  /** Called for each prediction once it is known what came of it. */
  readonly onJudged?: (judged: JudgedPrediction) => void
}): PredictionJudge {
  const runs = new Map<string, Map<number, Waiting>>()
  let stopCount = 0
  return { note, observe, forget }

  function note(runKey: string, trip: TripPrediction, now: number): void {
    for (const [index, stop] of trip.stops.entries()) {
      const { arrivalTime, earliestTime, latestTime, departureTime, isPassed, state } = stop
      if (arrivalTime === null || isPassed || state !== 'live') continue
      const horizon = arrivalTime - now
      if (horizon < 0) continue
      if (horizon >= HORIZON_MS) return
      const waiting = waitingOf(runKey, index, trip, now)
      if (!waiting || now - waiting.madeTime < STEP_MS) continue
      waiting.madeTime = now
      // Beyond the last one the first one goes: the bus is so late that it fell out of every bin.
      const at = (waiting.count % KEPT_PER_STOP) * 4
      waiting.count += 1
      const dwell = departureTime === null ? 0 : departureTime - arrivalTime
      waiting.numbers[at] = now - waiting.firstTime
      waiting.numbers[at + 1] = horizon
      waiting.numbers[at + 2] = earliestTime === null ? Number.NaN : earliestTime - dwell - now
      waiting.numbers[at + 3] = latestTime === null ? Number.NaN : latestTime - dwell - now
    }
  }

  function waitingOf(
    runKey: string,
    stopIndex: number,
    trip: TripPrediction,
    now: number,
  ): Waiting | undefined {
    let stops = runs.get(runKey)
    if (!stops) {
      stops = new Map()
      runs.set(runKey, stops)
    }
    let waiting = stops.get(stopIndex)
    if (!waiting && stopCount < STOPS_MAX) {
      const numbers = new Float32Array(KEPT_PER_STOP * 4)
      const named = nameOf(trip, trip.stops[stopIndex])
      waiting = { named, firstTime: now, numbers, count: 0, madeTime: Number.NEGATIVE_INFINITY }
      stops.set(stopIndex, waiting)
      stopCount += 1
    }
    return waiting
  }

  function observe(runKey: string, stopIndex: number, arrivalTime: number): void {
    const stops = runs.get(runKey)
    const waiting = stops?.get(stopIndex)
    if (!waiting) return
    stops?.delete(stopIndex)
    stopCount -= 1
    // Between two positions it may fall upon a fraction of a ms.
    const actualTime = Math.round(arrivalTime)
    const { named, firstTime, numbers, count } = waiting
    for (let index = 0; index < Math.min(count, KEPT_PER_STOP); index += 1) {
      const [after = 0, predicted = 0, earliest = 0, latest = 0] = numbers.subarray(index * 4, index * 4 + 4)
      const made = firstTime + after
      const actual = actualTime - made
      if (actual < 0) continue
      const isCovered = Number.isNaN(earliest) ? null : actual >= earliest && actual <= latest
      const [horizonSeconds, errorSeconds] = [predicted / 1000, (actual - predicted) / 1000]
      counters.add({
        routeId: named.routeId,
        hour: hourOf(made),
        predictedHorizonSeconds: horizonSeconds,
        actualHorizonSeconds: actual / 1000,
        errorSeconds,
        isCovered,
      })
      onJudged?.({
        ...named,
        time: made,
        predictedTime: made + predicted,
        earliestTime: Number.isNaN(earliest) ? null : made + earliest,
        latestTime: Number.isNaN(latest) ? null : made + latest,
        actualTime,
        horizonSeconds,
        errorSeconds,
        isCovered,
      })
    }
  }

  function forget(runKey: string): void {
    stopCount -= runs.get(runKey)?.size ?? 0
    runs.delete(runKey)
  }
}

function nameOf(
  { routeId, tripId, serviceDate, startTime }: TripPrediction,
  stop: StopPrediction | undefined,
): Waiting['named'] {
  const { stopId = '', stopSequence = 0 } = stop ?? {}
  return { routeId, stopId, stopSequence, tripId, serviceDate, startTime }
}
