import { EARTH_RADIUS_M } from '../../model/measure-metres.ts'
import type { Place } from './place.ts'
import type { Leg, Roads } from './roads.ts'

/** How much longer the way by road is than the straight line: a stand-in, whose plans are marked `estimated`. */
const DETOUR_FACTOR = 1.4
/** A lorry's mean speed between two stops in a town. */
const SPEED_KPH = 25

/** For want of a map: straight lines by a factor. Every place reaches every other, and no street is known to block. */
export function createStraightRoads(): Roads {
  return {
    isEstimated: true,
    edges: null,
    streets: null,
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
    async locate() {
      return []
    },
    async close() {},
  }
}

/** Whole metres and whole seconds from each place to each, row by row, without a road graph. */
function measureStraightLines(places: readonly Place[]): {
  distances: Int32Array
  durations: Int32Array
} {
  const count = places.length
  const [xs, ys, zs] = [new Float64Array(count), new Float64Array(count), new Float64Array(count)]
  for (const [i, { longitude, latitude }] of places.entries()) {
    const lambda = (longitude * Math.PI) / 180
    const phi = (latitude * Math.PI) / 180
    xs[i] = Math.cos(phi) * Math.cos(lambda)
    ys[i] = Math.cos(phi) * Math.sin(lambda)
    zs[i] = Math.sin(phi)
  }
  const distances = new Int32Array(count * count)
  const durations = new Int32Array(count * count)
  const secondsPerM = 3.6 / SPEED_KPH
  for (let i = 0; i < count; i++) {
    for (let j = i + 1; j < count; j++) {
      const chord = Math.hypot(
        (xs[i] as number) - (xs[j] as number),
        (ys[i] as number) - (ys[j] as number),
        (zs[i] as number) - (zs[j] as number),
      )
      const metres = DETOUR_FACTOR * 2 * EARTH_RADIUS_M * Math.asin(Math.min(1, chord / 2))
      // Rounded up, so that no plan is late by its rounding.
      const distance = Math.ceil(metres)
      const duration = Math.ceil(metres * secondsPerM)
      distances[i * count + j] = distance
      distances[j * count + i] = distance
      durations[i * count + j] = duration
      durations[j * count + i] = duration
    }
  }
  return { distances, durations }
}
