import type { Random } from '../../model/random.ts'
import type { Point } from './geometry.ts'

/**
 * What streets must respect. The river and the railway run from west to east through the town's plane, as functions of
 * x, which makes "on which bank" a comparison; the whole town is turned afterwards.
 */
export interface Terrain {
  readonly radiusM: number
  readonly riverWidthM: number
  riverY(x: number): number
  railwayY(x: number): number
  /** How far a point is from the middle of the river; negative on the south bank. */
  riverDistanceM(point: Point): number
  railwayDistanceM(point: Point): number
  /** How far the town reaches in a direction. */
  edgeM(heading: number): number
}

export function createTerrain(random: Random, radiusM: number): Terrain {
  const between = (min: number, max: number): number => min + (max - min) * random()
  const river = {
    offset: -between(0.15, 0.2) * radiusM,
    bends: [1.35, 0.62].map((length, index) => ({
      length: (length * radiusM) / (2 * Math.PI) / between(0.9, 1.15),
      height: (index === 0 ? 0.095 : 0.03) * radiusM * between(0.8, 1.2),
      phase: between(0, 2 * Math.PI),
    })),
  }
  const railway = {
    offset: between(0.4, 0.48) * radiusM,
    height: between(0.04, 0.08) * radiusM,
    phase: between(0, 2 * Math.PI),
    slope: between(-0.1, 0.1),
  }
  const edges = [2, 3, 5].map((waves) => ({ waves, height: between(0.04, 0.09), phase: between(0, 6) }))

  const riverY = (x: number): number =>
    river.bends.reduce(
      (y, { length, height, phase }) => y + height * Math.sin(x / length + phase),
      river.offset,
    )
  const railwayY = (x: number): number =>
    railway.offset + railway.slope * x + railway.height * Math.sin((2.2 * x) / radiusM + railway.phase)
  return {
    radiusM,
    riverWidthM: 0.012 * radiusM + 18,
    riverY,
    railwayY,
    riverDistanceM: (point) => distanceToCurve(riverY, point),
    railwayDistanceM: (point) => distanceToCurve(railwayY, point),
    edgeM: (heading) =>
      radiusM *
      edges.reduce((r, { waves, height, phase }) => r + height * Math.sin(waves * heading + phase), 0.95),
  }
}

// The height above the curve, shortened by its slope: exact for a straight line, near enough for a river.
function distanceToCurve(curve: (x: number) => number, { x, y }: Point): number {
  const slope = (curve(x + 5) - curve(x - 5)) / 10
  return (y - curve(x)) / Math.hypot(1, slope)
}
