import type { Predictor, RunForecast } from '../../transit/predict/predictor.ts'
import type { Timetable } from '../../transit/timetable/timetable.ts'
import { createBaselines } from './baselines.ts'
import { createPredictionScore, type PredictionScore, type PredictionScores } from './prediction-score.ts'
import type { TracedRun, TracedStep } from './trace-runs.ts'

/** Only arrivals within it are asked for. */
const HORIZON_MS = 30 * 60_000

export interface ReplayScores {
  readonly ours: PredictionScores
  /** By its name. */
  readonly baselines: ReadonlyMap<string, PredictionScores>
  /** Ours by route, and by the halves of the time. */
  readonly parts: ReadonlyMap<string, PredictionScores>
  readonly predictMicroseconds: number
}

/** Replays what was traced in the order of time, and compares what was predicted at each step with what came. */
export function scoreReplay(
  timetable: Timetable,
  steps: readonly TracedStep[],
  predictor: Predictor,
  /** Steps before it are only learnt from, in ms since 1970. */
  scoredFrom = Number.NEGATIVE_INFINITY,
): ReplayScores {
  const baselines = createBaselines(timetable)
  const ours = createPredictionScore()
  const others = new Map(baselines.list.map(({ name }) => [name, createPredictionScore()]))
  const parts = new Map<string, PredictionScore>()
  const times = steps.filter(({ step }) => step.time >= scoredFrom).map(({ step }) => step.time)
  const middle = ((times[0] ?? 0) + (times.at(-1) ?? 0)) / 2
  let [asked, microseconds] = [0, 0]
  for (const traced of steps) {
    const { run, vehicleId } = traced.traced
    const { step } = traced
    const now = step.time
    baselines.observe(traced)
    const before = process.cpuUsage()
    predictor.observe(run, vehicleId, step)
    const forecast = traced.isAsked ? predictor.predict(run, now) : undefined
    const { user, system } = process.cpuUsage(before)
    microseconds += user + system
    if (!forecast || now < scoredFrom) continue
    asked += 1
    scoreForecast(traced.traced, now, forecast, [
      ours,
      partOf(traced.traced.routeId),
      partOf(now < middle ? 'firstHalf' : 'secondHalf'),
    ])
    for (const { name, predict } of baselines.list) {
      const score = others.get(name)
      const predicted = predict(traced)
      eachArrival(traced.traced, now, step.nextStopIndex, (index, actual) => {
        score?.add(now, actual, predicted[index] as number)
      })
    }
  }
  return {
    ours: ours.scores(),
    baselines: new Map([...others].map(([name, score]) => [name, score.scores()])),
    parts: new Map([...parts].map(([name, score]) => [name, score.scores()])),
    predictMicroseconds: microseconds / asked,
  }

  function partOf(name: string): PredictionScore {
    const part = parts.get(name) ?? createPredictionScore()
    parts.set(name, part)
    return part
  }
}

function scoreForecast(
  traced: TracedRun,
  now: number,
  forecast: RunForecast,
  scores: readonly PredictionScore[],
): void {
  eachArrival(traced, now, forecast.firstStopIndex, (index, actual) => {
    const predicted = forecast.arrivalTimes[index] as number
    // The interval is the departure's; the arrival's is as much before it.
    const dwell = (forecast.departureTimes[index] as number) - predicted
    const earliest = (forecast.earliestTimes[index] as number) - dwell
    const latest = (forecast.latestTimes[index] as number) - dwell
    for (const score of scores) score.add(now, actual, predicted, [earliest, latest])
  })
}

/** The stops that the run came to after now and within the horizon. */
function eachArrival(
  { arrivals, stopCount }: TracedRun,
  now: number,
  firstStopIndex: number,
  visit: (index: number, actual: number) => void,
): void {
  for (let stopIndex = firstStopIndex; stopIndex < stopCount; stopIndex += 1) {
    const actual = arrivals[stopIndex] as number
    if (actual > now && actual <= now + HORIZON_MS) visit(stopIndex - firstStopIndex, actual)
  }
}
