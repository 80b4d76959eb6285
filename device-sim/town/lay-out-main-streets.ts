import type { Random } from '../../model/random.ts'
import { distanceM, headingOf, type Point, stepFrom } from './geometry.ts'
import { type StreetClass, StreetNetwork } from './street-network.ts'
import type { Terrain } from './terrain.ts'

const STEP_M = 34
const SNAP_M = 14
/** From the middle of the river's edge to the nearest street. */
const BANK_M = 16

/**
 * The streets that a town grew along: a market place, winding roads out of it, the ring where the walls stood with its
 * quay, an outer ring, and the bridges, which alone cross the river.
 */
export function layOutMainStreets(random: Random, terrain: Terrain): StreetNetwork {
  const network = new StreetNetwork()
  const between = (min: number, max: number): number => min + (max - min) * random()
  const { radiusM } = terrain
  const innerM = 0.21 * radiusM
  const outerM = 0.58 * radiusM

  const market = layOutMarket()
  const bridges = [
    layOutBridge(between(-0.03, 0.03) * radiusM),
    layOutBridge(findRiverX(-outerM)),
    layOutBridge(findRiverX(outerM)),
  ] as const
  const [townBridge, westBridge, eastBridge] = bridges
  layOutPath([network.pointAt(nearestOf(market, townBridge.north)), townBridge.north], 'main')

  const northHeadings = [0.03, 0.27, 0.52, 0.74, 0.97].map((part) => (part + between(-0.04, 0.04)) * Math.PI)
  for (const heading of northHeadings) {
    layOutRadial(network.pointAt(nearestOf(market, stepFrom({ x: 0, y: 0 }, heading, 60))), heading)
  }
  for (const part of [1.3, 1.68]) layOutRadial(townBridge.south, (part + between(-0.05, 0.05)) * Math.PI)
  layOutQuayAndInnerRing()
  layOutOuterRing()
  return network

  function layOutMarket(): number[] {
    const corners = [0.1, 0.75, 1.2, 1.65].map((part) =>
      network.addPoint(stepFrom({ x: 0, y: 0 }, (part + between(-0.08, 0.08)) * Math.PI, between(34, 52))),
    )
    corners.forEach((corner, index) => {
      network.addSegment(corner, corners[(index + 1) % corners.length] as number, 'secondary')
    })
    return corners
  }

  function nearestOf(indexes: readonly number[], place: Point): number {
    return indexes.reduce((a, b) =>
      distanceM(network.pointAt(a), place) <= distanceM(network.pointAt(b), place) ? a : b,
    )
  }

  /** Across the river at a right angle to it. */
  function layOutBridge(x: number): { north: Point; south: Point } {
    const middle = { x, y: terrain.riverY(x) }
    const along = headingOf({ x: x - 5, y: terrain.riverY(x - 5) }, { x: x + 5, y: terrain.riverY(x + 5) })
    const halfM = terrain.riverWidthM / 2 + BANK_M + 14
    const north = stepFrom(middle, along + Math.PI / 2, halfM)
    const south = stepFrom(middle, along - Math.PI / 2, halfM)
    network.addSegment(network.addPoint(north), network.addPoint(south), 'main', true)
    return { north, south }
  }

  /** Where the river is at this distance from the market place, in the west for a negative one. */
  function findRiverX(distance: number): number {
    let x = distance
    while (Math.hypot(x, terrain.riverY(x)) > Math.abs(distance)) x -= Math.sign(distance)
    return x
  }

  function layOutRadial(start: Point, heading: number): void {
    const path = [start]
    let current = start
    let bend = between(-0.12, 0.12)
    for (;;) {
      bend = 0.82 * bend + between(-0.07, 0.07)
      // Winding, but drawn back to where it is going, or it would go round in a circle.
      const homeward = Math.atan2(current.y - start.y * 0.5, current.x - start.x * 0.5)
      const drift = path.length > 4 ? 0.15 * Math.sin(heading - homeward) : 0
      current = stepFrom(current, heading + bend * 2.2 + drift, STEP_M)
      const reachM = terrain.edgeM(Math.atan2(current.y, current.x)) * 1.08
      if (Math.hypot(current.x, current.y) > reachM) break
      path.push(current)
    }
    layOutPath(path, 'main')
  }

  /** The old wall's line on the market's side of the river, closed by a street along the water. */
  function layOutQuayAndInnerRing(): void {
    const clearM = terrain.riverWidthM / 2 + BANK_M + 14
    const ring: Point[] = []
    const phase = between(0, 6)
    for (let angle = -0.42 * Math.PI; angle <= 1.42 * Math.PI; angle += STEP_M / innerM) {
      const point = stepFrom({ x: 0, y: 0 }, angle, innerM * (1 + 0.07 * Math.sin(3 * angle + phase)))
      if (terrain.riverDistanceM(point) > clearM) ring.push(point)
    }
    const first = ring[0] as Point
    const last = ring[ring.length - 1] as Point
    for (let x = last.x + STEP_M; x < first.x; x += STEP_M) ring.push({ x, y: terrain.riverY(x) + clearM })
    layOutPath([...ring, first], 'secondary')
  }

  function layOutOuterRing(): void {
    const waypoints: Point[] = [eastBridge.north]
    const phase = between(0, 6)
    const radiusAt = (angle: number): number => outerM * (1 + 0.06 * Math.sin(3 * angle + phase))
    const add = (from: number, to: number): void => {
      for (let angle = from + 0.12; angle < to - 0.1; angle += STEP_M / outerM) {
        // Ends meet the bridges, whatever the ring's own radius would be there.
        const inside = Math.min(angle - from, to - angle)
        const blend = Math.min(1, inside / 0.5)
        waypoints.push(stepFrom({ x: 0, y: 0 }, angle, radiusAt(angle) * blend + outerM * (1 - blend)))
      }
    }
    const angleOf = ({ x, y }: Point): number =>
      ((Math.atan2(y, x) + 2.5 * Math.PI) % (2 * Math.PI)) - Math.PI / 2
    add(angleOf(eastBridge.north), angleOf(westBridge.north))
    layOutPath([...waypoints, westBridge.north], 'main')
    waypoints.splice(0, waypoints.length, westBridge.south)
    add(angleOf(westBridge.south), angleOf(eastBridge.south) + 2 * Math.PI)
    layOutPath([...waypoints, eastBridge.south], 'secondary')
  }

  /** Lays a street along a line, making a junction wherever it meets another, until it would touch the river. */
  function layOutPath(path: readonly Point[], streetClass: StreetClass): void {
    const start = path[0]
    if (!start) return
    const there = network.findNearest(start, 1)
    let current = there ? network.splitAt(there.segment, start, SNAP_M) : network.addPoint(start)
    for (const target of path.slice(1)) {
      for (let pieces = 0; pieces < 20; pieces++) {
        const crossing = network.findCrossing(current, target)
        const near = crossing ? undefined : network.findNearest(target, SNAP_M, [current])
        const place = crossing?.place ?? near?.place ?? target
        if (touchesRiver(terrain, network.pointAt(current), place)) return
        const meeting = crossing ?? near
        const next = meeting
          ? network.splitAt(meeting.segment, meeting.place, SNAP_M)
          : network.addPoint(target)
        if (next === current) break
        network.addSegment(current, next, streetClass)
        current = next
        if (!crossing) break
      }
    }
  }
}

/** Whether a street from a to b, no bridge, would stand in the river or on its banks. */
export function touchesRiver(terrain: Terrain, a: Point, b: Point): boolean {
  const clearM = terrain.riverWidthM / 2 + BANK_M
  const distances = [0, 0.25, 0.5, 0.75, 1].map((ratio) =>
    terrain.riverDistanceM({ x: a.x + (b.x - a.x) * ratio, y: a.y + (b.y - a.y) * ratio }),
  )
  return (
    distances.some((distance) => Math.abs(distance) < clearM) || new Set(distances.map(Math.sign)).size > 1
  )
}
