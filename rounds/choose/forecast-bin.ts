import { DAY_MS, weightAt } from '../forecast/describe-fill.ts'
import type { FillHistory } from '../forecast/fill-history.ts'
import type { FillPool } from '../forecast/fill-pool.ts'
import { forecastFill } from '../forecast/forecast-fill.ts'
import type { VisitPrices } from './value-levels.ts'
import { type BinOutlook, foreseeBin, weighBin } from './weigh-bin.ts'
import { type RoundCosts, weighRounds } from './weigh-rounds.ts'

/** With fewer readings, or over fewer days, a bin's own history says too little. */
const READINGS_MIN = 5
const DAYS_MIN = 3
/** Of so many days of readings, the recent ones counted whole, similar bins are known well enough to speak for a new one. */
const POOL_DAYS_MIN = 50
/**
 * What visits are taken to cost of what rounds have shown, which their neighbours share: of the ratios that were tried on
 * simulated towns, the one with the fewest kilometres at equal overflow.
 */
const VISIT_COST_RATIO = 0.7
/**
 * The same beyond the rounds that are planned together. At less, a plan leaves for then what it should take on a round of its own;
 * at more, it takes bins too empty.
 */
const AHEAD_VISIT_COST_RATIO = 0.8
/** So many rounds are planned together, this one included, as long as they are in so many days. */
const ROUNDS_AHEAD = 4
const AHEAD_DAYS_MAX = 14

/** What a forecast says of a bin for a round: plain data. Costs are in the money of the lorries' prices. */
export interface BinForecast {
  /** The last level that counts, and when it was read, in ms since 1970. */
  readonly fillPercent: number
  readonly time: number
  /** Its level when the round begins, if nobody empties it before. */
  readonly expectedPercent: number
  /** That it is full before the next round, from 0 to 1. */
  readonly chanceOfOverflow: number
  /** What the days on which it stands full until the next round are expected to cost. */
  readonly costOfWaiting: number
  /** What a visit on this round saves, now and later. */
  readonly worth: number
  readonly visitCost: number
  /** What it costs by the round that empties it; null where the next round is too far off to be planned with this one. */
  readonly ahead: RoundCosts | null
  /** Whether its own readings say so; otherwise similar bins speak for it. */
  readonly isOwn: boolean
}

/** When the round begins and when the next one could, in ms since 1970, and the bin's prices. */
export interface BinQuestion {
  readonly roundTime: number
  readonly nextRoundTime: number
  readonly prices: VisitPrices
}

/** Undefined where nothing was read of the bin, or too little of it and of similar ones. */
export function forecastBin(
  history: FillHistory,
  pool: FillPool,
  { roundTime, nextRoundTime, prices }: BinQuestion,
): BinForecast | undefined {
  if (history.time === null) return undefined
  const isOwn = history.readingCount >= READINGS_MIN && history.time - history.originTime >= DAYS_MIN * DAY_MS
  if (!isOwn && !isWellKnown(pool)) return undefined
  const times = { now: roundTime, nextRoundTime }
  const foresee = (ratio: number): BinOutlook =>
    foreseeBin(history, pool, { ...times, prices: { ...prices, visitCost: ratio * prices.visitCost } })
  const outlook = foresee(VISIT_COST_RATIO)
  const { prize, chanceOfOverflow, costOfWaiting } = weighBin(history, pool, {
    ...times,
    outlook,
    mustEmpty: false,
  })
  const [atRound] = forecastFill(history, pool, {
    now: roundTime,
    times: [roundTime],
    thresholdPercent: 100,
    assumption: 'nobody-empties',
  })
  const { time, fillPercent } = history
  const roundCount = Math.min(
    ROUNDS_AHEAD,
    Math.floor((AHEAD_DAYS_MAX * DAY_MS) / (nextRoundTime - roundTime)),
  )
  return {
    fillPercent,
    time,
    expectedPercent: roundTime > time ? (atRound?.expectedPercent ?? fillPercent) : fillPercent,
    chanceOfOverflow,
    costOfWaiting,
    worth: prize,
    visitCost: prices.visitCost,
    ahead:
      roundCount > 1
        ? weighRounds(history, pool, { ...times, outlook: foresee(AHEAD_VISIT_COST_RATIO), roundCount })
        : null,
    isOwn,
  }
}

function isWellKnown({ time, originTime, growthDays }: FillPool): boolean {
  return time !== null && growthDays / weightAt(time, originTime) >= POOL_DAYS_MIN
}
