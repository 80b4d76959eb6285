/** Errors are actual minus predicted; a bin ends before its minutes, and its predictions are good within its seconds. */
interface Bin {
  readonly untilSeconds: number
  readonly fromError: number
  readonly toError: number
}

/** By the actual time to arrival. */
const TRANSIT_APP: readonly Bin[] = [
  { untilSeconds: 180, fromError: -30, toError: 90 },
  { untilSeconds: 360, fromError: -60, toError: 150 },
  { untilSeconds: 600, fromError: -60, toError: 210 },
  { untilSeconds: 900, fromError: -90, toError: 270 },
]

/** By the predicted time to arrival. */
const MBTA: readonly Bin[] = [
  { untilSeconds: 180, fromError: -60, toError: 60 },
  { untilSeconds: 360, fromError: -90, toError: 120 },
  { untilSeconds: 720, fromError: -150, toError: 210 },
  { untilSeconds: 1_800, fromError: -240, toError: 360 },
]

/** Said later than it came by so much, whoever trusts it misses the bus. */
const MISSED_SECONDS = 60

export interface PredictionScores {
  readonly predictions: number
  readonly maeSeconds: number
  readonly p90Seconds: number
  readonly biasSeconds: number
  readonly transitAppMeanPercent: number
  readonly mbtaMeanPercent: number
  /** Of all, how many buses came more than a minute before they were said to. */
  readonly missedPercent: number
  /** Of the 80 % intervals, where there were any; by MBTA's horizons after it. */
  readonly intervalCoveragePercent: number
  readonly coveragePercents: readonly number[]
  readonly intervalWidthSeconds: number
}

export interface PredictionScore {
  /** Times are ms since 1970. */
  add(now: number, actual: number, predicted: number, interval?: readonly [number, number]): void
  scores(): PredictionScores
}

export function createPredictionScore(): PredictionScore {
  const errors: number[] = []
  const transitApp = TRANSIT_APP.map(() => ({ count: 0, good: 0 }))
  const mbta = MBTA.map(() => ({ count: 0, good: 0, covered: 0 }))
  let [sum, missed, intervals, covered, width] = [0, 0, 0, 0, 0]
  return { add, scores }

  function add(now: number, actual: number, predicted: number, interval?: readonly [number, number]): void {
    const error = (actual - predicted) / 1000
    errors.push(Math.abs(error))
    sum += error
    if (error < -MISSED_SECONDS) missed += 1
    const byActual = TRANSIT_APP.findIndex(({ untilSeconds }) => actual - now < untilSeconds * 1000)
    count(transitApp[byActual], TRANSIT_APP[byActual], error)
    // What is said to have come already is in no horizon.
    const ahead = predicted - now
    const horizon = ahead < 0 ? -1 : MBTA.findIndex(({ untilSeconds }) => ahead < untilSeconds * 1000)
    count(mbta[horizon], MBTA[horizon], error)
    if (!interval) return
    const isCovered = actual >= interval[0] && actual <= interval[1]
    intervals += 1
    width += (interval[1] - interval[0]) / 1000
    if (isCovered) covered += 1
    const ofHorizon = mbta[horizon]
    if (ofHorizon && isCovered) ofHorizon.covered += 1
  }

  function scores(): PredictionScores {
    const sorted = Float64Array.from(errors).sort()
    const count = errors.length
    return {
      predictions: count,
      maeSeconds: errors.reduce((total, error) => total + error, 0) / count,
      p90Seconds: sorted[Math.floor(count * 0.9)] ?? Number.NaN,
      biasSeconds: sum / count,
      transitAppMeanPercent: meanShare(transitApp),
      mbtaMeanPercent: meanShare(mbta),
      missedPercent: (missed / count) * 100,
      intervalCoveragePercent: (covered / intervals) * 100,
      coveragePercents: mbta.map((bin) => (bin.covered / bin.count) * 100),
      intervalWidthSeconds: width / intervals,
    }
  }
}

function count(sums: { count: number; good: number } | undefined, bin: Bin | undefined, error: number): void {
  if (!sums || !bin) return
  sums.count += 1
  if (error >= bin.fromError && error <= bin.toError) sums.good += 1
}

function meanShare(bins: readonly { readonly count: number; readonly good: number }[]): number {
  return (bins.reduce((sum, { count, good }) => sum + good / count, 0) / bins.length) * 100
}
