import { FEATURE_COUNT, startWeights } from './fill-features.ts'
import { HEADS, type HeadName, HORIZONS_DAYS } from './horizons.ts'
import { createMisses, type Misses } from './misses.ts'
import { createLogistic, type Logistic } from './online-logistic.ts'
import { HOURS_A_WEEK } from './week-profile.ts'

/**
 * What similar bins share, learnt from all of them: their rate, how it differs between them, their rhythm of the week, and
 * how forecasts came true. Plain data, which a worker can be sent. Bins that are alike (a stream of waste, a kind of bin)
 * have one pool; readings reach it best in the order of their times.
 */
export interface FillPool {
  /** The latest time that any bin was read, in ms since 1970; null before. */
  time: number | null
  originTime: number
  /** Up to when the regressions have forgotten. */
  forgottenTime: number | null
  growth: number
  growthDays: number
  /** Like the same of a bin: squared deviations of the daily growth by the rate of their bin. */
  growthSquares: number
  growthWeight: number
  collections: number
  collectionDays: number
  /** Weighted sums over bins of their rate by the pool's, less one, squared: how bins differ. */
  rateSquares: number
  rateWeight: number
  /** How far outcomes were from what was said, lately. */
  readonly misses: Misses
  readonly weekGrowth: Float64Array
  readonly weekHours: Float64Array
  /** For each head that is learnt, a regression for each horizon. */
  readonly heads: Readonly<Record<HeadName, readonly Logistic[]>>
}

/**
 * A pool that knows nothing yet: forecasts then rest on the bin's own readings and on what is usual of street bins. Where
 * only some of the heads will be asked for, the others need not be `learnt`.
 */
export function createFillPool(learnt: readonly HeadName[] = HEADS): FillPool {
  const heads = Object.fromEntries(
    HEADS.map((head) => [
      head,
      learnt.includes(head) ? HORIZONS_DAYS.map(() => createLogistic(startWeights(), FEATURE_COUNT)) : [],
    ]),
  ) as unknown as FillPool['heads']
  return {
    time: null,
    originTime: 0,
    forgottenTime: null,
    growth: 0,
    growthDays: 0,
    growthSquares: 0,
    growthWeight: 0,
    collections: 0,
    collectionDays: 0,
    rateSquares: 0,
    rateWeight: 0,
    misses: createMisses(),
    weekGrowth: new Float64Array(HOURS_A_WEEK),
    weekHours: new Float64Array(HOURS_A_WEEK),
    heads,
  }
}
