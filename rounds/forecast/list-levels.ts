import type { FillState } from './fill-history.ts'

/** Levels no finer than this are looked at, in percent. */
const STEP_PERCENT = 10
/** And so much above the present one, for bins that fill slowly. */
const NEAR_PERCENT = [1, 3, 6]

/**
 * The levels for which chances are worked out, rising to 100: those that a coarse scale can show; of a fine one every
 * tenth, and some just above the present level.
 */
export function listLevels({ scalePercent, fillPercent }: FillState): number[] {
  const tenths = Array.from({ length: 100 / STEP_PERCENT }, (_, index) => (index + 1) * STEP_PERCENT)
  const levels =
    scalePercent >= STEP_PERCENT / 2
      ? tenths.map((level) => toScale(level, scalePercent))
      : [...tenths, ...NEAR_PERCENT.map((percent) => Math.min(100, Math.ceil(fillPercent) + percent))]
  return [...new Set(levels)].sort((a, b) => a - b)
}

/** The least level on a scale that is at or above another: that is what a sensor shows when it is reached. */
export function toScale(levelPercent: number, scalePercent: number): number {
  return Math.min(100, Math.ceil(levelPercent / scalePercent - 1e-9) * scalePercent)
}
