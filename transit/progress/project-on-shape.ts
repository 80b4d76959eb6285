import { EARTH_RADIUS_M } from '../../model/measure-metres.ts'
import type { Shapes } from '../timetable/timetable.ts'

const RADIANS = Math.PI / 180
const NORTH_METRES = EARTH_RADIUS_M * RADIANS

/** The place on a shape that is nearest to a position. */
export interface ShapePlace {
  /** Along the shape, from its first point. */
  readonly distanceM: number
  /** Beside it. */
  readonly offsetM: number
}

/** The part of a shape on which a place is looked for; it reaches to the ends of the pieces that it touches. */
export interface ShapeWindow {
  readonly fromM: number
  readonly toM: number
}

/**
 * Projects a position on a shape, in a plane that touches the earth at the position. A shape may pass a place twice: the
 * window says which pass is meant. Undefined where the shape has no piece in the window.
 */
export function projectOnShape(
  { firstPoints, longitudes, latitudes, distances }: Shapes,
  shape: number,
  longitude: number,
  latitude: number,
  window?: ShapeWindow,
): ShapePlace | undefined {
  const first = firstPoints[shape] ?? 0
  const end = firstPoints[shape + 1] ?? 0
  const fromM = window?.fromM ?? Number.NEGATIVE_INFINITY
  const toM = window?.toM ?? Number.POSITIVE_INFINITY
  const eastMetres = NORTH_METRES * Math.cos(latitude * RADIANS)
  let [bestSquare, bestM] = [Number.POSITIVE_INFINITY, Number.NaN]
  for (let point = first; point < end - 1; point += 1) {
    const startM = distances[point] as number
    const endM = distances[point + 1] as number
    if (endM < fromM) continue
    if (startM > toM) break
    const x = ((longitudes[point] as number) - longitude) * eastMetres
    const y = ((latitudes[point] as number) - latitude) * NORTH_METRES
    const dx = ((longitudes[point + 1] as number) - (longitudes[point] as number)) * eastMetres
    const dy = ((latitudes[point + 1] as number) - (latitudes[point] as number)) * NORTH_METRES
    const square = dx * dx + dy * dy
    const ratio = square > 0 ? Math.max(0, Math.min(1, -(x * dx + y * dy) / square)) : 0
    const offsetSquare = (x + ratio * dx) ** 2 + (y + ratio * dy) ** 2
    if (offsetSquare >= bestSquare) continue
    bestSquare = offsetSquare
    bestM = startM + ratio * (endM - startM)
  }
  return Number.isNaN(bestM) ? undefined : { distanceM: bestM, offsetM: Math.sqrt(bestSquare) }
}
