import { createSampledValues, type SampledValues } from './sampled-values.ts'

/** Upper ends of the horizons in seconds, MBTA's own 180, 360, 720 and 1,800 among them; the last has no end. */
const HORIZON_ENDS = [60, 120, 180, 270, 360, 540, 720, 1_080, 1_440, 1_800, 2_700, Number.POSITIVE_INFINITY]
/** Errors kept of each. */
const KEPT = 4_000
/** Of two days at least: the last minutes of a large network are all before the rush, or all in it. */
const KEPT_MS = 48 * 3_600_000
/** Before so many are known, an interval is at least as wide as what is to be feared. */
const KNOWN_MIN = 50
/** Of the 80 % interval. */
const LOW_RATIO = 0.1
const HIGH_RATIO = 0.9
/** What is to be feared while nothing is known: seconds, and a share of the horizon, by which a bus may come earlier or later. */
const EARLY_SECONDS = 40
const EARLY_SHARE = 0.15
const LATE_SECONDS = 60
const LATE_SHARE = 0.3
/**
 * An interval widens by this share with each error that it missed, and narrows by a quarter of it with each that it held, so
 * that what it misses in the long run is one in five, whatever the sample's age (Gibbs and Candès 2021).
 */
const WIDEN_SHARE = 0.002
const NARROW_SHARE = WIDEN_SHARE / 4
const WIDTH_MIN = 0.6
const WIDTH_MAX = 2.5
/** A normal distribution's 80 % interval is so many standard deviations wide. */
const DEVIATIONS = 2.563

/** How far predictions were off, by how far ahead they were: actual minus predicted, in seconds. */
export interface KnownErrors {
  /** Known at a time in ms since 1970. */
  learn(time: number, horizonSeconds: number, errorSeconds: number): void
  /** What is to be added to a prediction for the ends of its 80 % interval, in seconds. */
  interval(horizonSeconds: number): ErrorInterval
  list(): readonly (readonly number[])[]
}

interface ErrorInterval {
  readonly lowSeconds: number
  readonly highSeconds: number
  readonly deviationSeconds: number
}

export function createKnownErrors(known: readonly (readonly number[])[] = []): KnownErrors {
  const buckets = HORIZON_ENDS.map((_, bucket) => ({
    sample: createSampledValues(KEPT, KEPT_MS, known[bucket]),
    width: 1,
  }))
  return {
    learn(time, horizonSeconds, errorSeconds) {
      const bucket = bucketOf(horizonSeconds)
      const { lowSeconds, highSeconds } = interval(horizonSeconds)
      const isMissed = errorSeconds < lowSeconds || errorSeconds > highSeconds
      const change = 1 + (isMissed ? WIDEN_SHARE : -NARROW_SHARE)
      bucket.width = Math.max(WIDTH_MIN, Math.min(WIDTH_MAX, bucket.width * change))
      bucket.sample.add(time, errorSeconds)
    },
    interval,
    list: () => buckets.map(({ sample }) => sample.values.list()),
  }

  function interval(horizonSeconds: number): ErrorInterval {
    const { sample, width } = bucketOf(horizonSeconds)
    const { values } = sample
    const horizon = Math.max(0, horizonSeconds)
    let lowSeconds = -EARLY_SECONDS - EARLY_SHARE * horizon
    let highSeconds = LATE_SECONDS + LATE_SHARE * horizon
    if (values.count > 0) {
      const isKnown = values.count >= KNOWN_MIN
      const middle = values.quantile(0.5)
      const low = middle + (values.quantile(LOW_RATIO) - middle) * width
      const high = middle + (values.quantile(HIGH_RATIO) - middle) * width
      lowSeconds = isKnown ? low : Math.min(lowSeconds, low)
      highSeconds = isKnown ? high : Math.max(highSeconds, high)
    }
    return { lowSeconds, highSeconds, deviationSeconds: (highSeconds - lowSeconds) / DEVIATIONS }
  }

  function bucketOf(horizonSeconds: number): Bucket {
    return buckets[HORIZON_ENDS.findIndex((end) => horizonSeconds < end)] as Bucket
  }
}

interface Bucket {
  readonly sample: SampledValues
  /** What the sample's interval is to be widened by. */
  width: number
}
