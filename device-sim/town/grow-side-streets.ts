import type { Random } from '../../model/random.ts'
import { angleBetween, distanceM, headingOf, type Point, stepFrom } from './geometry.ts'
import { touchesRiver } from './lay-out-main-streets.ts'
import type { StreetNetwork } from './street-network.ts'
import type { Terrain } from './terrain.ts'

/** A part of town built at one time, in one manner. */
interface Quarter {
  readonly centre: Point
  readonly spacingM: number
  /** How much a street turns as it goes on, in radians per metre. */
  readonly curvature: number
  /** The chance that a street ends blind after a few steps. */
  readonly blindRatio: number
  readonly heading: number
  /** 0 to 1: how strongly streets keep to the quarter's heading. */
  readonly order: number
}

interface Sprout {
  readonly point: number
  readonly heading: number
  readonly generation: number
}

const STEP_M = 29
const START_ANGLE = 0.85
const JOIN_ANGLE = 0.6
const SPROUTS_MAX = 60_000

/**
 * Side streets grow out of the main ones and out of each other, as towns do (after Parish and Müller 2001, "Procedural
 * modeling of cities"): narrow and crooked in the old town, in terraces or in curved estates with blind ends further
 * out. A street ends where it meets another, the river, the railway or the edge of town.
 */
export function growSideStreets(random: Random, terrain: Terrain, network: StreetNetwork): void {
  const between = (min: number, max: number): number => min + (max - min) * random()
  const quarters = createQuarters()
  const sprouts: Sprout[] = []
  for (const index of network.points.keys()) sproutSides(index, 0, 0.8)
  for (let done = 0; done < sprouts.length && done < SPROUTS_MAX; done++) grow(sprouts[done] as Sprout)
  cutStubs()

  function createQuarters(): Quarter[] {
    const old: Quarter = {
      centre: { x: 0, y: 0 },
      spacingM: 58,
      curvature: 0.0012,
      blindRatio: 0.08,
      heading: 0,
      order: 0,
    }
    const others = Array.from({ length: 15 }, (_, index): Quarter => {
      const heading = (index / 15) * 2 * Math.PI + between(-0.3, 0.3)
      const isTerrace = random() < 0.45
      return {
        centre: stepFrom({ x: 0, y: 0 }, heading, terrain.radiusM * between(0.42, 0.92)),
        spacingM: isTerrace ? between(66, 80) : between(80, 105),
        curvature: isTerrace ? 0.0004 : between(0.002, 0.0055),
        blindRatio: isTerrace ? 0.05 : between(0.25, 0.42),
        heading: between(0, Math.PI),
        order: isTerrace ? 0.5 : 0.1,
      }
    })
    return [old, ...others]
  }

  function quarterOf(place: Point): Quarter {
    if (Math.hypot(place.x, place.y) < 0.24 * terrain.radiusM) return quarters[0] as Quarter
    return quarters
      .slice(1)
      .reduce((a, b) => (distanceM(a.centre, place) <= distanceM(b.centre, place) ? a : b))
  }

  /** To both sides of the street that a point is on. */
  function sproutSides(point: number, generation: number, chance: number): void {
    const [along] = network.headingsAt(point)
    if (along === undefined) return
    for (const side of [-1, 1]) {
      if (random() > chance) continue
      sprouts.push({ point, heading: along + (side * Math.PI) / 2 + between(-0.14, 0.14), generation })
    }
  }

  function grow({ point, heading: wished, generation }: Sprout): void {
    const quarter = quarterOf(network.pointAt(point))
    let heading = keepToOrder(wished, quarter)
    if (!network.hasRoom(point, heading, START_ANGLE)) return
    if (hasNeighbour(point, heading, quarter)) return
    const isBlind = random() < quarter.blindRatio
    const steps = isBlind ? 2 + Math.floor(random() * 4) : 5 + Math.floor(random() * 22)
    const turn = quarter.curvature * STEP_M * (random() < 0.5 ? -1 : 1)
    let current = point
    let sinceBranchM = 0
    for (let step = 0; step < steps; step++) {
      heading += turn + between(-0.07, 0.07)
      const { next, hasJoined } = extend(current, heading, quarter)
      if (next === undefined) return
      current = next
      if (hasJoined) return
      sinceBranchM += STEP_M
      if (sinceBranchM >= quarter.spacingM * between(0.8, 1.3) && generation < 9) {
        sproutSides(current, generation + 1, isBlind ? 0.25 : 0.75)
        sinceBranchM = 0
      }
    }
  }

  function keepToOrder(heading: number, { heading: wanted, order }: Quarter): number {
    const quarterTurn = Math.PI / 2
    const off = (((heading - wanted) % quarterTurn) + quarterTurn) % quarterTurn
    return heading - (off > quarterTurn / 2 ? off - quarterTurn : off) * order
  }

  /** Whether a street beside this one already serves the land here. */
  function hasNeighbour(point: number, heading: number, { spacingM }: Quarter): boolean {
    const ahead = stepFrom(network.pointAt(point), heading, STEP_M * 1.2)
    return [-1, 1].some((side) => {
      const beside = stepFrom(ahead, heading + (side * Math.PI) / 2, spacingM * 0.3)
      return network.findNearest(beside, spacingM * 0.3, [point]) !== undefined
    })
  }

  /** One step on. `hasJoined` where it ended in another street; no `next` where there was no way. */
  function extend(
    from: number,
    heading: number,
    { spacingM }: Quarter,
  ): { next: number | undefined; hasJoined: boolean } {
    const none = { next: undefined, hasJoined: false }
    const start = network.pointAt(from)
    const target = stepFrom(start, heading, STEP_M)
    if (Math.hypot(target.x, target.y) > terrain.edgeM(Math.atan2(target.y, target.x))) return none
    // Looking a little further lets a street reach the next one rather than end just before it.
    const ahead = stepFrom(start, heading, STEP_M + 0.45 * spacingM)
    const crossing = network.findCrossing(from, ahead)
    const meeting = crossing ?? network.findNearest(target, 0.36 * spacingM, [from])
    const place = meeting?.place ?? target
    if (touchesRiver(terrain, start, place) || touchesRailway(start, place)) return none
    if (!meeting) {
      const next = network.addPoint(target)
      network.addSegment(from, next, 'residential')
      return { next, hasJoined: false }
    }
    const { segment } = meeting
    if (segment.isBridge) return none
    const along = headingOf(network.pointAt(segment.from), network.pointAt(segment.to))
    const into = headingOf(start, place)
    const angle = Math.min(angleBetween(along, into), Math.PI - angleBetween(along, into))
    if (angle < JOIN_ANGLE || angleBetween(into, heading) > 0.9 || distanceM(start, place) < 12) return none
    const next = network.splitAt(segment, place, 12)
    if (next === from || distanceM(start, network.pointAt(next)) < 12) return none
    if (!network.hasRoom(from, headingOf(start, network.pointAt(next)), 0.5)) return none
    if (!network.hasRoom(next, headingOf(network.pointAt(next), start), JOIN_ANGLE)) return none
    network.addSegment(from, next, 'residential')
    return { next, hasJoined: true }
  }

  function touchesRailway(a: Point, b: Point): boolean {
    const [before, after] = [terrain.railwayDistanceM(a), terrain.railwayDistanceM(b)]
    return Math.abs(after) < 18 || Math.sign(before) !== Math.sign(after)
  }

  /** Blind ends too short to have houses. */
  function cutStubs(): void {
    for (const segment of [...network.segments.values()]) {
      for (const [end, other] of [
        [segment.to, segment.from],
        [segment.from, segment.to],
      ] as const) {
        if (network.segmentsAt(end).length > 1 || network.segmentsAt(other).length < 3) continue
        if (segment.class === 'residential') network.removeSegment(segment)
      }
    }
  }
}
