import { createClassedRounds, createFixedRounds } from './policies/fixed-rounds.ts'
import { createKerbsideRounds } from './policies/kerbside-rounds.ts'
import { createThresholdRounds } from './policies/threshold-rounds.ts'
import type { Policy } from './simulate.ts'
import type { KnownTown } from './warm-up.ts'

/** A policy with its style settled: the one dial that is left trades kilometres for overflow, and gives its curve. */
export interface Candidate {
  readonly style: string
  /** All settings of the dial, rising, and the index of the one to begin with. */
  readonly dials: readonly number[]
  readonly first: number
  /** A setting half-way between two; absent where the dial has none. */
  readonly halve?: ((low: number, high: number) => number) | undefined
  readonly create: (known: KnownTown, dial: number) => Policy
}

/** Lorries drive every so many days. */
const CADENCES = [1, 2, 3]
const LEVELS_PERCENT = [22, 28, 34, 40, 46, 52, 58, 64, 70, 76, 82, 88, 94]
/** By cadence, the level to begin with: the seldomer the rounds, the sooner bins are emptied. */
const FIRST_LEVEL = [0, 8, 5, 2]
/** Of a day of overflow, in the money of the lorries' prices. */
const OVERFLOW_PRICES = [2, 3, 4, 5.3, 7, 9.3, 12.4, 16.5, 22, 29, 39, 52, 70, 93]

/** Half-way between two prices, and between two levels. */
const halvePrice = (low: number, high: number): number => Math.sqrt(low * high)
const halveLevel = (low: number, high: number): number => (low + high) / 2

/** All styles of each policy; which of them are scored was settled on other towns: `CHOSEN_STYLES`. */
export const CANDIDATES: Readonly<Record<string, readonly Candidate[]>> = {
  fixed: [true, false].map((isZoned) => ({
    style: isZoned ? 'zoned' : 'together',
    dials: [1, 2, 3, 4, 5, 6, 7, 8],
    first: 1,
    create: (known, everyDays) => createFixedRounds(known, { isZoned }, everyDays),
  })),
  fixedClasses: [true, false].flatMap((isZoned) =>
    CADENCES.map((cadence) => ({
      style: `${isZoned ? 'zoned' : 'together'}, every ${cadence}`,
      dials: OVERFLOW_PRICES,
      first: 8,
      halve: halvePrice,
      create: (known: KnownTown, price: number) => createClassedRounds(known, { isZoned, cadence }, price),
    })),
  ),
  threshold: CADENCES.map((cadence) => ({
    style: `every ${cadence}`,
    dials: LEVELS_PERCENT,
    first: FIRST_LEVEL[cadence] as number,
    halve: halveLevel,
    create: (_, level) => createThresholdRounds({ cadence }, level),
  })),
  thresholdTopUps: CADENCES.flatMap((cadence) =>
    [15, 25, 40].flatMap((belowPercent) =>
      [1.6, 2, 3].map((price) => ({
        style: `every ${cadence}, ${belowPercent} % below for ${price}`,
        dials: LEVELS_PERCENT,
        first: FIRST_LEVEL[cadence] as number,
        halve: halveLevel,
        create: (_: KnownTown, level: number) =>
          createThresholdRounds({ cadence, topUp: { belowPercent, price } }, level),
      })),
    ),
  ),
  kerbside: [
    [1, 3],
    [1, 4],
    [1, 5],
    [2, 3],
  ].flatMap(([cadence = 1, roundCount = 1]) =>
    [0.35, 0.5, 0.8, 1].map((visitCostRatio) => ({
      style: `every ${cadence}, ${roundCount} together, visits beyond at ${visitCostRatio}`,
      dials: OVERFLOW_PRICES,
      first: 2,
      halve: halvePrice,
      create: (known: KnownTown, price: number) =>
        createKerbsideRounds(known, { cadence, roundCount, visitCostRatio }, price),
    })),
  ),
}

/**
 * Styles that did best at 2 % of overflow over 45 days on towns 1 and 2, which are not scored. Rounds every three days, and
 * top-ups every day, were left after town 1. Of Kerbside's own, three and four rounds together did about as well as each other there, and
 * visits at 0.8 of their cost did best on towns 1, 2 and 3.
 */
export const CHOSEN_STYLES: Readonly<Record<string, string>> = {
  fixed: 'together',
  fixedClasses: 'zoned, every 2',
  threshold: 'every 2',
  thresholdTopUps: 'every 2, 25 % below for 3',
  kerbside: 'every 1, 4 together, visits beyond at 0.8',
}
