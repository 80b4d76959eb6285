import { measureStraightLines } from '../straight-lines.ts'
import type { Leg, Roads } from './roads.ts'

/** For want of a map: straight lines by a factor. Every place reaches every other, and no street is known to block. */
export function createStraightRoads(): Roads {
  return {
    isEstimated: true,
    attribution: null,
    async measure(places, { signal } = {}) {
      signal?.throwIfAborted()
      return { ...measureStraightLines(places), unreachable: [] }
    },
    async trace(places, { signal } = {}) {
      signal?.throwIfAborted()
      return places.slice(1).map(({ longitude, latitude }, index): Leg => {
        const from = places[index] as (typeof places)[number]
        return [
          [from.longitude, from.latitude],
          [longitude, latitude],
        ]
      })
    },
    async close() {},
  }
}
