import type { FillState } from './fill-history.ts'
import { HEADS, HORIZONS_DAYS } from './horizons.ts'

/**
 * A state as a plain row of numbers, a third the size of the object: there are up to nine of them for every bin of a
 * town.
 */
export function packState(state: FillState): number[] {
  const packed = [
    state.time,
    state.fillPercent,
    state.scalePercent,
    state.recentRatio,
    state.dispersionPercent,
    state.rateUncertainty,
    state.daysSinceCollection,
    state.daysSinceRise,
    state.lastRiseRatio,
    state.collectionsPerDay,
    ...state.growths,
    ...state.ownMiss,
    ...state.poolMiss,
  ]
  // A copy has room for no more than it holds.
  return packed.slice()
}

/** The state that was packed. */
export function unpackState(packed: readonly number[]): FillState {
  const ownMissAt = packed.length - 2 * HEADS.length
  const at = (index: number): number => packed[index] as number
  return {
    time: at(0),
    fillPercent: at(1),
    scalePercent: at(2),
    recentRatio: at(3),
    dispersionPercent: at(4),
    rateUncertainty: at(5),
    daysSinceCollection: at(6),
    daysSinceRise: at(7),
    lastRiseRatio: at(8),
    collectionsPerDay: at(9),
    growths: packed.slice(ownMissAt - HORIZONS_DAYS.length, ownMissAt),
    ownMiss: packed.slice(ownMissAt, ownMissAt + HEADS.length),
    poolMiss: packed.slice(ownMissAt + HEADS.length),
  }
}
