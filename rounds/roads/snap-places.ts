import { measureMetres } from '../../model/measure-metres.ts'
import type { Place } from './place.ts'
import { type RoadGraph, reverseOf } from './road-graph.ts'
import type { UnreachablePlace } from './roads.ts'

/** Where a place meets its street. */
export interface SnappedPlace {
  readonly street: number
  /** The position in `shape` of the corner after which it lies, and how far towards the next one, 0 to 1. */
  readonly corner: number
  readonly cornerRatio: number
  /** The directions in which one may stop there. */
  readonly stops: readonly Stop[]
}

/** On an arc: what of it lies before the place, and what behind. Both add up to the whole arc. */
interface Stop {
  readonly arc: number
  readonly before: Measures
  readonly after: Measures
}

/** Ms, ms and cm. */
export interface Measures {
  readonly weight: number
  readonly duration: number
  readonly length: number
}

type Streets = Omit<RoadGraph, 'hierarchy' | 'about'>

/** Farther from a street than this, in metres, nobody carries a bin. */
const SNAP_MAX_M = 250
/** How wide a cell of the index is, in degrees of latitude: about 110 m. */
const CELL_DEGREES = 0.001

/**
 * Finds the nearest street of each place, among those of the main part: a lorry that is sent to an island of mapped
 * streets never comes back. The index of the streets is built once.
 */
export function createSnapping(
  streets: Streets,
): (place: Place) => SnappedPlace | UnreachablePlace['reason'] {
  const cells = indexCells(streets)

  return (place) => {
    const scale = Math.cos((place.latitude * Math.PI) / 180)
    const best = { main: noHit(), other: noHit() }
    const reach = SNAP_MAX_M / 111_000
    const seen = new Set<number>()
    for (let ring = 0; ring * CELL_DEGREES <= reach + CELL_DEGREES; ring++) {
      // A hit nearer than the ring's inner edge cannot be beaten by what lies outside.
      if (best.main.metres < (ring - 1) * CELL_DEGREES * 111_000) break
      for (const street of cells.listRing(place, ring)) {
        if (seen.has(street)) continue
        seen.add(street)
        const isMain = streets.isMain[2 * street] === 1 || streets.isMain[2 * street + 1] === 1
        approach(street, place, scale, isMain ? best.main : best.other)
      }
    }
    if (best.main.metres <= SNAP_MAX_M) return toSnapped(best.main)
    return best.other.metres <= SNAP_MAX_M ? 'cut_off' : 'no_road_near'
  }

  function approach(street: number, place: Place, scale: number, hit: Hit): void {
    const to = (streets.shapeOffsets[street + 1] as number) - 2
    for (let corner = streets.shapeOffsets[street] as number; corner < to; corner += 2) {
      const ax = ((streets.shape[corner] as number) / 1e7 - place.longitude) * scale
      const ay = (streets.shape[corner + 1] as number) / 1e7 - place.latitude
      const dx = (((streets.shape[corner + 2] as number) - (streets.shape[corner] as number)) / 1e7) * scale
      const dy = ((streets.shape[corner + 3] as number) - (streets.shape[corner + 1] as number)) / 1e7
      const square = dx * dx + dy * dy
      const ratio = square === 0 ? 0 : Math.max(0, Math.min(1, -(ax * dx + ay * dy) / square))
      const metres = Math.hypot(ax + ratio * dx, ay + ratio * dy) * 111_195
      if (metres >= hit.metres) continue
      hit.metres = metres
      hit.street = street
      hit.corner = corner
      hit.ratio = ratio
    }
  }

  function toSnapped({ street, corner, ratio }: Hit): SnappedPlace {
    const share = shareBefore(streets, { street, corner, ratio })
    const length = streets.lengths[street] as number
    const stops: Stop[] = []
    for (const [arc, shareOfArc] of [
      [2 * street, share],
      [reverseOf(2 * street), 1 - share],
    ] as const) {
      if (streets.isMain[arc] !== 1) continue
      const whole = {
        weight: streets.weights[arc] as number,
        duration: streets.durations[arc] as number,
        length,
      }
      const before = {
        weight: Math.round(whole.weight * shareOfArc),
        duration: Math.round(whole.duration * shareOfArc),
        length: Math.round(length * shareOfArc),
      }
      const after = {
        weight: whole.weight - before.weight,
        duration: whole.duration - before.duration,
        length: length - before.length,
      }
      stops.push({ arc, before, after })
    }
    return { street, corner, cornerRatio: ratio, stops }
  }
}

interface Hit {
  metres: number
  street: number
  corner: number
  ratio: number
}

function noHit(): Hit {
  return { metres: Number.POSITIVE_INFINITY, street: -1, corner: 0, ratio: 0 }
}

/** How much of a street lies before a point on it, 0 to 1. */
function shareBefore(
  { shape, shapeOffsets }: Streets,
  { street, corner, ratio }: { street: number; corner: number; ratio: number },
): number {
  let [before, whole] = [0, 0]
  for (let i = shapeOffsets[street] as number; i < (shapeOffsets[street + 1] as number) - 2; i += 2) {
    const metres = measureMetres(
      (shape[i] as number) / 1e7,
      (shape[i + 1] as number) / 1e7,
      (shape[i + 2] as number) / 1e7,
      (shape[i + 3] as number) / 1e7,
    )
    whole += metres
    if (i < corner) before += metres
    if (i === corner) before += ratio * metres
  }
  return whole === 0 ? 0 : before / whole
}

/** The streets by the cells of a grid that their parts cross; cells without streets take no room. */
function indexCells({ shape, shapeOffsets, wayIds }: Streets): {
  listRing(place: Place, ring: number): number[]
} {
  const cells = new Map<number, number[]>()
  const columns = Math.round(360 / CELL_DEGREES)
  const columnOf = (longitude: number): number => Math.floor((longitude + 180) / CELL_DEGREES)
  const rowOf = (latitude: number): number => Math.floor((latitude + 90) / CELL_DEGREES)
  for (let street = 0; street < wayIds.length; street++) {
    for (let i = shapeOffsets[street] as number; i < (shapeOffsets[street + 1] as number) - 2; i += 2) {
      const longitudes = [(shape[i] as number) / 1e7, (shape[i + 2] as number) / 1e7]
      const latitudes = [(shape[i + 1] as number) / 1e7, (shape[i + 3] as number) / 1e7]
      for (let row = rowOf(Math.min(...latitudes)); row <= rowOf(Math.max(...latitudes)); row++) {
        for (
          let column = columnOf(Math.min(...longitudes));
          column <= columnOf(Math.max(...longitudes));
          column++
        ) {
          const key = row * columns + column
          const cell = cells.get(key)
          if (!cell) cells.set(key, [street])
          else if (cell.at(-1) !== street) cell.push(street)
        }
      }
    }
  }

  return {
    /** Of the cells around the place's own, in a square; columns are narrower than rows, so more of them are looked at. */
    listRing({ longitude, latitude }, ring) {
      const widening = Math.ceil(1 / Math.max(0.1, Math.cos((latitude * Math.PI) / 180)))
      const [row, column] = [rowOf(latitude), columnOf(longitude)]
      const streets: number[] = []
      for (let y = -ring; y <= ring; y++) {
        for (let x = -ring * widening; x <= ring * widening; x++) {
          if (Math.abs(y) < ring && Math.abs(x) <= (ring - 1) * widening) continue
          for (const street of cells.get((row + y) * columns + column + x) ?? []) streets.push(street)
        }
      }
      return streets
    },
  }
}
