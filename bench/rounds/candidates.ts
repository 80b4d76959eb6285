import { createClassedRounds, createFixedRounds } from './policies/fixed-rounds.ts'
import { createKerbsideRounds } from './policies/kerbside-rounds.ts'
import { createThresholdRounds } from './policies/threshold-rounds.ts'
import type { Policy } from './simulate.ts'
import type { KnownTown } from './warm-up.ts'

/** A policy with its style settled: the one dial that is left trades kilometres for overflow, and gives its curve. */
export interface Candidate {
  readonly style: string
  readonly dials: readonly number[]
  readonly create: (known: KnownTown, dial: number) => Policy
}

/** All styles of each policy; which of them are scored was settled on other towns: `CHOSEN_STYLES`. */
export const CANDIDATES: Readonly<Record<string, readonly Candidate[]>> = {
  fixed: [true, false].map((isZoned) => ({
    style: isZoned ? 'zoned' : 'together',
    dials: [2, 3, 4],
    create: (known, everyDays) => createFixedRounds(known, { isZoned }, everyDays),
  })),
  fixedClasses: [true, false].flatMap((isZoned) =>
    [1, 2, 3].map((cadence) => ({
      style: `${isZoned ? 'zoned' : 'together'}, every ${cadence}`,
      dials: [10, 20, 35, 60],
      create: (known: KnownTown, price: number) => createClassedRounds(known, { isZoned, cadence }, price),
    })),
  ),
  threshold: [1, 2, 3].map((cadence) => ({
    style: `every ${cadence}`,
    dials: [30, 40, 50, 60],
    create: (_, level) => createThresholdRounds({ cadence }, level),
  })),
  thresholdTopUps: [1, 2, 3].flatMap((cadence) =>
    [15, 25, 40].flatMap((belowPercent) =>
      [1.6, 2, 3].map((price) => ({
        style: `every ${cadence}, ${belowPercent} % below for ${price}`,
        dials: [50, 60, 70],
        create: (_: KnownTown, level: number) =>
          createThresholdRounds({ cadence, topUp: { belowPercent, price } }, level),
      })),
    ),
  ),
  kerbside: [1, 2].flatMap((cadence) =>
    [1, 1.2, 1.5].map((visitCostRatio) => ({
      style: `every ${cadence}, visits at ${visitCostRatio}`,
      dials: [8, 12, 18],
      create: (known: KnownTown, price: number) =>
        createKerbsideRounds(known, { cadence, visitCostRatio }, price),
    })),
  ),
}

/** Styles that did well on town 1, which is not scored; not every style of top-ups and of Kerbside's own was compared. */
export const CHOSEN_STYLES: Readonly<Record<string, string>> = {
  fixed: 'zoned',
  fixedClasses: 'zoned, every 2',
  threshold: 'every 2',
  thresholdTopUps: 'every 2, 25 % below for 2',
  kerbside: 'every 1, visits at 1.2',
}
