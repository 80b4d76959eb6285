import type { RoadGraph } from './road-graph.ts'
import type { BlockedStreets, RoadSearch } from './roads.ts'

type Ring = Extract<BlockedStreets, { type: 'polygon' }>['ring']
type Point = readonly [number, number]

/** By street, 1 where the lorry of the search does not fit or where it is blocked; undefined where none is closed. */
export function closeStreets(
  graph: RoadGraph,
  { lorry, blocked = [] }: Pick<RoadSearch, 'lorry' | 'blocked'>,
): Uint8Array | undefined {
  const { wayIds, maxHeights, maxWeights } = graph
  const closed = new Uint8Array(wayIds.length)
  const blockedWays = new Set(blocked.flatMap((streets) => (streets.type === 'way' ? [streets.wayId] : [])))
  const heightM = lorry?.heightM ?? 0
  const weightKg = lorry?.weightKg ?? 0
  for (let street = 0; street < closed.length; street++) {
    const isTooSmall = heightM > (maxHeights[street] as number) || weightKg > (maxWeights[street] as number)
    if (isTooSmall || blockedWays.has(wayIds[street] as number)) closed[street] = 1
  }
  for (const streets of blocked) {
    if (streets.type === 'polygon') closeInside(graph, streets.ring, closed)
  }
  return closed.includes(1) ? closed : undefined
}

function closeInside({ shape, shapeOffsets }: RoadGraph, ring: Ring, closed: Uint8Array): void {
  const west = Math.min(...ring.map(([longitude]) => longitude))
  const east = Math.max(...ring.map(([longitude]) => longitude))
  const south = Math.min(...ring.map(([, latitude]) => latitude))
  const north = Math.max(...ring.map(([, latitude]) => latitude))
  for (let street = 0; street < closed.length; street++) {
    const last = (shapeOffsets[street + 1] as number) - 2
    for (let i = shapeOffsets[street] as number; i < last && closed[street] === 0; i += 2) {
      const a: Point = [(shape[i] as number) / 1e7, (shape[i + 1] as number) / 1e7]
      const b: Point = [(shape[i + 2] as number) / 1e7, (shape[i + 3] as number) / 1e7]
      const isFar =
        Math.max(a[0], b[0]) < west ||
        Math.min(a[0], b[0]) > east ||
        Math.max(a[1], b[1]) < south ||
        Math.min(a[1], b[1]) > north
      if (!isFar && (isInside(a, ring) || isInside(b, ring) || crossesRing(a, b, ring))) closed[street] = 1
    }
  }
}

/** The even-odd rule. */
function isInside([x, y]: Point, ring: Ring): boolean {
  let inside = false
  for (const [i, [bx, by]] of ring.entries()) {
    const [ax, ay] = ring.at(i - 1) as Point
    if (ay > y !== by > y && x < ax + ((bx - ax) * (y - ay)) / (by - ay)) inside = !inside
  }
  return inside
}

function crossesRing(a: Point, b: Point, ring: Ring): boolean {
  return ring.some((corner, i) => crosses(a, b, ring.at(i - 1) as Point, corner))
}

function crosses(a: Point, b: Point, c: Point, d: Point): boolean {
  return sideOf(a, b, c) * sideOf(a, b, d) <= 0 && sideOf(c, d, a) * sideOf(c, d, b) <= 0
}

/** On which side of the line from `a` to `b` a point lies: the sign of the cross product. */
function sideOf(a: Point, b: Point, point: Point): number {
  return Math.sign((b[0] - a[0]) * (point[1] - a[1]) - (b[1] - a[1]) * (point[0] - a[0]))
}
