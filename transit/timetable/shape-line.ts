import { EARTH_RADIUS_M } from '../../model/measure-metres.ts'
import type { Shapes } from './timetable.ts'

/** A place on a shape that is nearer than those just before and behind it. */
export interface PlaceOnShape {
  /** Along the shape. */
  readonly metres: number
  /** Beside it. */
  readonly offsetMetres: number
}

/** Places further off than the nearest by more than this are not where a vehicle stops. */
const OFFSET_SPREAD_M = 200
/** On a shape that passes a place more often, the nearest of them. */
const PLACES_MAX = 32

/** Finds places on a shape, in a plane that touches the earth at its middle: to 0.1 % within some 100 km. */
export function createShapeLine(
  shapes: Shapes,
  shape: number,
): { listPlaces(longitude: number, latitude: number): PlaceOnShape[]; readonly metres: number } {
  const first = shapes.firstPoints[shape] ?? 0
  const end = shapes.firstPoints[shape + 1] ?? 0
  const longitudes = shapes.longitudes.subarray(first, end)
  const latitudes = shapes.latitudes.subarray(first, end)
  const distances = shapes.distances.subarray(first, end)
  const middle = latitudes[(end - first) >> 1] ?? 0
  const northMetres = (Math.PI / 180) * EARTH_RADIUS_M
  const eastMetres = northMetres * Math.cos((middle * Math.PI) / 180)
  const xs = longitudes.map((longitude) => longitude * eastMetres)
  const ys = latitudes.map((latitude) => latitude * northMetres)
  const count = xs.length
  /** Of each piece of the line its nearest point: the square of the offset, the metres, and its place from 0 to 1. */
  const squares = new Float64Array(Math.max(1, count - 1))
  const metres = new Float64Array(squares.length)
  const ratios = new Float64Array(squares.length)

  return { listPlaces, metres: distances.at(-1) ?? 0 }

  function listPlaces(longitude: number, latitude: number): PlaceOnShape[] {
    const x = longitude * eastMetres
    const y = latitude * northMetres
    if (count < 2)
      return count === 0 ? [] : [{ metres: 0, offsetMetres: Math.hypot(x - at(xs, 0), y - at(ys, 0)) }]
    for (let piece = 0; piece < count - 1; piece += 1) {
      const dx = at(xs, piece + 1) - at(xs, piece)
      const dy = at(ys, piece + 1) - at(ys, piece)
      const square = dx * dx + dy * dy
      const along = square === 0 ? 0 : ((x - at(xs, piece)) * dx + (y - at(ys, piece)) * dy) / square
      const ratio = Math.max(0, Math.min(1, along))
      const offsetX = at(xs, piece) + ratio * dx - x
      const offsetY = at(ys, piece) + ratio * dy - y
      ratios[piece] = ratio
      squares[piece] = offsetX * offsetX + offsetY * offsetY
      metres[piece] = at(distances, piece) + ratio * (at(distances, piece + 1) - at(distances, piece))
    }
    let least = Number.POSITIVE_INFINITY
    for (const square of squares) if (square < least) least = square
    const most = (Math.sqrt(least) + OFFSET_SPREAD_M) ** 2
    const places: PlaceOnShape[] = []
    for (let piece = 0; piece < count - 1; piece += 1) {
      const square = at(squares, piece)
      if (square > most) continue
      const ratio = at(ratios, piece)
      // At a corner it is nearer on the piece behind it, or is that piece's, which begins there.
      if (ratio === 1 && piece < count - 2 && at(squares, piece + 1) <= square) continue
      if (ratio === 0 && piece > 0 && at(squares, piece - 1) < square) continue
      places.push({ metres: at(metres, piece), offsetMetres: Math.sqrt(square) })
    }
    if (places.length <= PLACES_MAX) return places
    const nearest = places.toSorted((a, b) => a.offsetMetres - b.offsetMetres).slice(0, PLACES_MAX)
    return nearest.sort((a, b) => a.metres - b.metres)
  }
}

function at(values: Float64Array | Float32Array, index: number): number {
  return values[index] as number
}
