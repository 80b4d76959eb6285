import type { FillHistory, FillState } from './fill-history.ts'
import type { FillPool } from './fill-pool.ts'
import { HORIZONS_DAYS } from './horizons.ts'
import { measureMisses } from './misses.ts'
import { accumulateWeek, measureGrowthDays } from './week-profile.ts'

export const DAY_MS = 86_400_000
/** Readings count half after so many days: of the recent weeks, and of the recent days. */
const HALF_LIFE_DAYS = 45
const RECENT_HALF_LIFE_DAYS = 8
/** So many days of a like bin's readings weigh as much as one of the bin's own, for its rate and for the recent one. */
const PRIOR_DAYS = 7
const RECENT_PRIOR_DAYS = 5
/** Of street bins in general, which count as much as so many days of the pool's readings. */
const USUAL = {
  days: 10,
  ratePercent: 12,
  dispersionPercent: 15,
  collectionsPerDay: 1 / 7,
  rateVariation: 0.4,
}
/** So many even chances that came true as often as not stand against a bin's misses, and against the pool's. */
const OWN_MISS_PRIOR = 20
const POOL_MISS_PRIOR = 100
/** A scale coarser than this is none yet: too few readings have been seen. */
const COARSEST_PERCENT = 34

/** What a reading at `time` weighs in sums that began at `originTime`. */
export function weightAt(time: number, originTime: number): number {
  return 2 ** ((time - originTime) / (HALF_LIFE_DAYS * DAY_MS))
}

export function recentWeightAt(time: number, originTime: number): number {
  return 2 ** ((time - originTime) / (RECENT_HALF_LIFE_DAYS * DAY_MS))
}

/** How a bin stands at `now`, in ms since 1970, and what it is expected to do; with `week`, its growth over a week. */
export function describeFill(
  history: FillHistory,
  pool: FillPool,
  now: number,
): { state: FillState; ratePercent: number; week: Float64Array } {
  const usual = describePool(pool)
  const weight = weightAt(now, history.originTime)
  const days = history.growthDays / weight
  const ratePercent = rateOf(history, weight, usual.ratePercent)
  const recentWeight = recentWeightAt(now, history.originTime)
  const recentRate =
    (Math.max(0, history.recentGrowth / recentWeight) + RECENT_PRIOR_DAYS * ratePercent) /
    (history.recentDays / recentWeight + RECENT_PRIOR_DAYS)
  const squares = history.growthSquares / weight
  const squareDays = history.growthWeight / weight
  const variance = (squares + PRIOR_DAYS * usual.dispersionPercent * ratePercent) / (squareDays + PRIOR_DAYS)
  const week = accumulateWeek(history, weight, pool, weightAt(now, pool.originTime))
  const since = (time: number): number => Math.max(0, now - time) / DAY_MS
  const isScaleKnown =
    history.readingCount >= 10 && history.scalePercent > 0 && history.scalePercent <= COARSEST_PERCENT
  const state: FillState = {
    time: now,
    fillPercent: history.fillPercent,
    scalePercent: isScaleKnown ? history.scalePercent : 1,
    growths: HORIZONS_DAYS.map(
      (horizon) => ratePercent * measureGrowthDays(week, now, now + horizon * DAY_MS),
    ),
    recentRatio: Math.max(0.05, recentRate / ratePercent),
    dispersionPercent: Math.max(0.5, variance / ratePercent),
    rateUncertainty: (usual.rateVariation * PRIOR_DAYS) / (days + PRIOR_DAYS),
    daysSinceCollection: history.time === null ? 0 : since(history.collectedTime),
    daysSinceRise: history.time === null ? 0 : since(history.risenTime),
    lastRiseRatio: history.lastRisePercent / ratePercent,
    collectionsPerDay:
      (history.collections / weight + PRIOR_DAYS * usual.collectionsPerDay) /
      (history.collectionDays / weight + PRIOR_DAYS),
    ownMiss: measureMisses(history.misses, OWN_MISS_PRIOR),
    poolMiss: measureMisses(pool.misses, POOL_MISS_PRIOR),
  }
  return { state, ratePercent, week }
}

/** What a bin grows by in a day, in percent, shrunk to what is usual of its pool. */
export function findRate(history: FillHistory, pool: FillPool, now: number): number {
  return rateOf(history, weightAt(now, history.originTime), describePool(pool).ratePercent)
}

function rateOf({ growth, growthDays }: FillHistory, weight: number, usualPercent: number): number {
  const rate = (Math.max(0, growth / weight) + PRIOR_DAYS * usualPercent) / (growthDays / weight + PRIOR_DAYS)
  return Math.max(0.05, rate)
}

/** What is usual of the pool's bins. */
function describePool(pool: FillPool): typeof USUAL {
  const weight = weightAt(pool.time ?? pool.originTime, pool.originTime)
  const mean = (sum: number, count: number, usual: number): number =>
    (sum / weight + USUAL.days * usual) / (count / weight + USUAL.days)
  const ratePercent = mean(pool.growth, pool.growthDays, USUAL.ratePercent)
  return {
    days: USUAL.days,
    ratePercent: Math.max(0.1, ratePercent),
    dispersionPercent: mean(pool.growthSquares, pool.growthWeight, USUAL.dispersionPercent),
    collectionsPerDay: mean(pool.collections, pool.collectionDays, USUAL.collectionsPerDay),
    rateVariation: mean(pool.rateSquares, pool.rateWeight, USUAL.rateVariation),
  }
}
