import { createRecentValues, type RecentValues } from './recent-values.ts'

/** Upper ends of the horizons in seconds, MBTA's own 180, 360, 720 and 1,800 among them; the last has no end. */
const HORIZON_ENDS = [60, 120, 180, 270, 360, 540, 720, 1_080, 1_440, 1_800, 2_700, Number.POSITIVE_INFINITY]
/** Errors kept of each: half a day of a small network, minutes of a large one. */
const KEPT = 4_000
/** Before so many are known, an interval is at least as wide as what is to be feared. */
const KNOWN_MIN = 100
/** Of the 80 % interval. */
const LOW_RATIO = 0.1
const HIGH_RATIO = 0.9
/** What is to be feared while nothing is known: seconds, and a share of the horizon, by which a bus may come earlier or later. */
const EARLY_SECONDS = 40
const EARLY_SHARE = 0.15
const LATE_SECONDS = 60
const LATE_SHARE = 0.3
/** A normal distribution's 80 % interval is so many standard deviations wide. */
const DEVIATIONS = 2.563

/** How far predictions were off, by how far ahead they were: actual minus predicted, in seconds. */
export interface KnownErrors {
  learn(horizonSeconds: number, errorSeconds: number): void
  /** What is to be added to a prediction for the ends of its 80 % interval, in seconds. */
  interval(horizonSeconds: number): ErrorInterval
  list(): readonly (readonly number[])[]
}

export interface ErrorInterval {
  readonly lowSeconds: number
  readonly highSeconds: number
  readonly deviationSeconds: number
}

export function createKnownErrors(known: readonly (readonly number[])[] = []): KnownErrors {
  const buckets = HORIZON_ENDS.map((_, bucket) => createRecentValues(KEPT, known[bucket]))
  return {
    learn: (horizonSeconds, errorSeconds) => bucketOf(horizonSeconds).add(errorSeconds),
    interval(horizonSeconds) {
      const bucket = bucketOf(horizonSeconds)
      const horizon = Math.max(0, horizonSeconds)
      let lowSeconds = -EARLY_SECONDS - EARLY_SHARE * horizon
      let highSeconds = LATE_SECONDS + LATE_SHARE * horizon
      if (bucket.count > 0) {
        const isKnown = bucket.count >= KNOWN_MIN
        const low = bucket.quantile(LOW_RATIO)
        const high = bucket.quantile(HIGH_RATIO)
        lowSeconds = isKnown ? low : Math.min(lowSeconds, low)
        highSeconds = isKnown ? high : Math.max(highSeconds, high)
      }
      return { lowSeconds, highSeconds, deviationSeconds: (highSeconds - lowSeconds) / DEVIATIONS }
    },
    list: () => buckets.map((bucket) => bucket.list()),
  }

  function bucketOf(horizonSeconds: number): RecentValues {
    return buckets[HORIZON_ENDS.findIndex((end) => horizonSeconds < end)] as RecentValues
  }
}
