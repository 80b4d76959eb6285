import type { RoadGraph } from '../../../rounds/roads/road-graph.ts'

type Point = readonly [longitude: number, latitude: number]

/** Where the streets of a graph are, read from their corners alone. */
export interface StreetGrid {
  /** Metres from a point to the nearest street; Infinity beyond some hundred. */
  distanceTo(point: Point): number
  /** A point so far along all the streets together, 0 to 1, among those that lead somewhere. */
  pointAt(ratio: number): Point
}

const CELL_DEGREES = 0.002
const METRES_PER_DEGREE = 111_195

export function createStreetGrid({ shape, shapeOffsets, lengths, isMain }: RoadGraph): StreetGrid {
  const cells = new Map<string, [Point, Point][]>()
  const main: { street: number; until: number }[] = []
  let total = 0
  for (const [street, length] of lengths.entries()) {
    const corners = listCorners(street)
    for (let i = 1; i < corners.length; i++) addPart(corners[i - 1] as Point, corners[i] as Point)
    if (!isMain[2 * street] && !isMain[2 * street + 1]) continue
    total += length
    main.push({ street, until: total })
  }

  return {
    distanceTo(point) {
      let least = Number.POSITIVE_INFINITY
      const [column, row] = cellOf(point)
      for (let x = column - 1; x <= column + 1; x++) {
        for (let y = row - 1; y <= row + 1; y++) {
          for (const [a, b] of cells.get(`${x},${y}`) ?? []) least = Math.min(least, metresTo(point, a, b))
        }
      }
      return least
    },
    pointAt(ratio) {
      const found = main.find(({ until }) => until >= ratio * total)
      const corners = listCorners((found as (typeof main)[number]).street)
      return corners[Math.floor(((ratio * 1e6) % 1) * corners.length)] as Point
    },
  }

  function listCorners(street: number): Point[] {
    const corners: Point[] = []
    for (let i = shapeOffsets[street] as number; i < (shapeOffsets[street + 1] as number); i += 2) {
      corners.push([(shape[i] as number) / 1e7, (shape[i + 1] as number) / 1e7])
    }
    return corners
  }

  function addPart(a: Point, b: Point): void {
    const [[ax, ay], [bx, by]] = [cellOf(a), cellOf(b)]
    for (let x = Math.min(ax, bx); x <= Math.max(ax, bx); x++) {
      for (let y = Math.min(ay, by); y <= Math.max(ay, by); y++) {
        const key = `${x},${y}`
        cells.set(key, [...(cells.get(key) ?? []), [a, b]])
      }
    }
  }
}

function cellOf([longitude, latitude]: Point): [number, number] {
  return [Math.floor(longitude / CELL_DEGREES), Math.floor(latitude / CELL_DEGREES)]
}

/** On a plane that touches the earth at the point. */
function metresTo(point: Point, a: Point, b: Point): number {
  const scale = Math.cos((point[1] * Math.PI) / 180)
  const [ax, ay] = [(a[0] - point[0]) * scale, a[1] - point[1]]
  const [dx, dy] = [(b[0] - a[0]) * scale, b[1] - a[1]]
  const square = dx * dx + dy * dy
  const along = square === 0 ? 0 : Math.max(0, Math.min(1, -(ax * dx + ay * dy) / square))
  return Math.hypot(ax + along * dx, ay + along * dy) * METRES_PER_DEGREE
}
