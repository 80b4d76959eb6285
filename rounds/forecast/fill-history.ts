import { createMisses, type Misses } from './misses.ts'
import { HOURS_A_WEEK } from './week-profile.ts'

/** Days of own past that a bin remembers one by one, as levels. */
export const REMEMBERED_DAYS = 366
/** A remembered day without a reading. */
export const NO_LEVEL = 127
/** Added to a remembered day's level where the bin was emptied on it. */
export const WAS_EMPTIED = 128

/**
 * What is known of one bin, learnt reading by reading: plain data, 5 KB on its way to a worker. Sums weigh a
 * reading by two to the power of its age in half-lives after `originTime`, so that forgetting costs nothing.
 */
export interface FillHistory {
  /** Of the latest reading that counted, in ms since 1970; null before the first. */
  time: number | null
  fillPercent: number
  readingCount: number
  /** A jump that the next reading has to confirm, as one reading alone may be a fault of the sensor. */
  suspect: { readonly time: number; readonly fillPercent: number } | null
  /** The bin's scale as its readings show it: their greatest common divisor in whole percents; 0 before any but 0. */
  scalePercent: number
  /** When it was last found emptied, or first read. */
  collectedTime: number
  /** When its level last rose. */
  risenTime: number
  /** The last rise between two readings a day or less apart, in percent a day. */
  lastRisePercent: number
  /** How far readings fall without a collection, in percent: the sensor's noise. */
  noisePercent: number
  originTime: number
  /** Weighted growth in percent and the days over which it was seen, of the recent weeks and of the recent days. */
  growth: number
  growthDays: number
  recentGrowth: number
  recentDays: number
  /** Weighted squared deviations of the daily growth, and their weight. */
  growthSquares: number
  growthWeight: number
  collections: number
  collectionDays: number
  /** Weighted collections by hour of the day, in UTC. */
  readonly emptiedHours: Float32Array
  /** How far outcomes were from what was said, for each of the heads: sums that forget. */
  readonly misses: Misses
  /** Weighted growth, and hours seen, by hour of the week. */
  readonly weekGrowth: Float32Array
  readonly weekHours: Float32Array
  /** The day (since 1970, in UTC) of the youngest remembered level. */
  dayIndex: number
  /** A ring of levels by day: the highest of the day's last level, `NO_LEVEL`, with `WAS_EMPTIED` added. */
  readonly days: Uint8Array
  /** States of the past days from which the pool learns what came of them. */
  readonly pending: PendingState[]
}

/** How the bin stood at some time, kept until it is known what came of it. */
export interface PendingState {
  /** When it was, in ms since 1970. */
  readonly time: number
  /** A `FillState`, as `packState` writes it. */
  readonly packed: readonly number[]
  /** The latest reading since, and the highest. */
  lastTime: number
  peakPercent: number
  /** The highest before the first collection since, and whether there was one. */
  peakUnemptiedPercent: number
  isEmptied: boolean
  /** How many of the horizons are done with, and how it stood at the last of them. */
  horizonCount: number
  earlierPeakPercent: number
  earlierUnemptiedPercent: number
  wasEmptied: boolean
}

/** What a forecast is made from, but for the remembered days. */
export interface FillState {
  readonly time: number
  readonly fillPercent: number
  readonly scalePercent: number
  /** The growth expected up to each of the horizons if nobody empties, in percent, by the recent weeks. */
  readonly growths: readonly number[]
  /** The recent days' rate by that of the recent weeks. */
  readonly recentRatio: number
  /** Variance by mean of a day's growth, in percent. */
  readonly dispersionPercent: number
  /** The squared coefficient of variation of what is not known of the rate itself. */
  readonly rateUncertainty: number
  readonly daysSinceCollection: number
  readonly daysSinceRise: number
  readonly lastRiseRatio: number
  readonly collectionsPerDay: number
  /** By how much, in logits, the chances of each head were lately too low: the bin's, and those of all of its pool. */
  readonly ownMiss: readonly number[]
  readonly poolMiss: readonly number[]
}

/** The history of a bin that was never read. */
export function createFillHistory(): FillHistory {
  return {
    time: null,
    fillPercent: 0,
    readingCount: 0,
    suspect: null,
    scalePercent: 0,
    collectedTime: 0,
    risenTime: 0,
    lastRisePercent: 0,
    noisePercent: 1,
    originTime: 0,
    growth: 0,
    growthDays: 0,
    recentGrowth: 0,
    recentDays: 0,
    growthSquares: 0,
    growthWeight: 0,
    collections: 0,
    collectionDays: 0,
    emptiedHours: new Float32Array(24),
    misses: createMisses(),
    weekGrowth: new Float32Array(HOURS_A_WEEK),
    weekHours: new Float32Array(HOURS_A_WEEK),
    dayIndex: Number.NEGATIVE_INFINITY,
    days: new Uint8Array(REMEMBERED_DAYS).fill(NO_LEVEL),
    pending: [],
  }
}
