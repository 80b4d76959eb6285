import type { Visit } from '../drive.ts'
import type { Policy } from '../simulate.ts'

export interface ThresholdStyle {
  /** Lorries drive every so many days. */
  readonly cadence: number
  /** Bins that are so far below the threshold are emptied where that costs no more than the detour's price. */
  readonly topUp?: { readonly belowPercent: number; readonly price: number } | undefined
}

/** Every bin that shows a level or more, and those a little below it that are on the way. */
export function createThresholdRounds({ cadence, topUp }: ThresholdStyle, thresholdPercent: number): Policy {
  return {
    visit: (day, shown) => {
      if (day % cadence !== 0) return { visits: [] }
      const visits = Array.from(shown).flatMap((level, bin): Visit[] => {
        if (level >= thresholdPercent) return [{ bin, prize: Number.POSITIVE_INFINITY }]
        if (!topUp || level < thresholdPercent - topUp.belowPercent) return []
        return [{ bin, prize: topUp.price }]
      })
      return { visits }
    },
  }
}
