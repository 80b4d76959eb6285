import type { CounterSum } from '../../registry/registry.ts'

/** More than this is not counted at once (model/reading.ts): a sum that goes back by as much has not wrapped. */
export const INCREASE_MAX = 1_000_000

/**
 * How much a sum grew, where it only ever grows: by what it is more; by what is left to its end, where it wrapped; by all that it is,
 * where it began at 0 again. It has wrapped where it was in the last quarter of its bits and is in the first; a counter that is
 * switched on again is seldom so far.
 */
export function countIncrease(before: CounterSum, after: CounterSum): number {
  const increase = after.sum - before.sum
  if (increase >= 0) return increase
  const { bits } = after
  if (bits === undefined) return after.sum
  const end = 2 ** bits
  const isWrapped = before.sum >= end * 0.75 && after.sum < end * 0.25 && increase + end <= INCREASE_MAX
  return isWrapped ? increase + end : after.sum
}
