import type { Place } from './roads/place.ts'

const EARTH_RADIUS_M = 6_371_008.8

/** How much longer the way by road is than the straight line: a stand-in, whose plans are marked `estimated`. */
const DETOUR_FACTOR = 1.4
/** A lorry's mean speed between two stops in a town. */
const SPEED_KPH = 25

export type { Place }

/** Whole metres and whole seconds from each place to each, row by row, without a road graph. */
export function measureStraightLines(places: readonly Place[]): {
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
