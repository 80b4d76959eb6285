import type { Random } from '../../model/random.ts'
import { angleBetween, headingOf, lengthOfLineM, type Point } from './geometry.ts'
import { createStreetNamer } from './name-streets.ts'
import type { Segment, StreetClass, StreetNetwork } from './street-network.ts'

/** A street from one junction to the next, on the town's plane. */
export interface PlaneStreet {
  readonly name: string
  readonly class: StreetClass
  readonly from: number
  readonly to: number
  readonly points: readonly Point[]
  readonly lengthM: number
  readonly isBridge: boolean
}

export interface StreetPlan {
  readonly junctions: readonly Point[]
  readonly streets: readonly PlaneStreet[]
}

/** The part of a network that hangs together, as junctions and the streets between them, named. */
export function collectStreets(random: Random, network: StreetNetwork, oldTownM: number): StreetPlan {
  const kept = findLargestPart(network)
  const isJunction = (index: number): boolean => {
    const segments = network.segmentsAt(index)
    const [a, b] = segments
    return segments.length !== 2 || a?.class !== b?.class || a?.isBridge !== b?.isBridge
  }
  const junctions: Point[] = []
  const junctionOf = new Map<number, number>()
  const junction = (index: number): number => {
    const known = junctionOf.get(index)
    if (known !== undefined) return known
    junctions.push(network.pointAt(index))
    junctionOf.set(index, junctions.length - 1)
    return junctions.length - 1
  }
  const streets: Omit<PlaneStreet, 'name'>[] = []
  const seen = new Set<number>()
  const pairs = new Set<string>()
  for (const start of kept) {
    if (!isJunction(start)) continue
    for (const segment of network.segmentsAt(start)) {
      if (seen.has(segment.id)) continue
      const chain = follow(start, segment)
      const end = chain[chain.length - 1] as number
      const points = chain.map((index) => network.pointAt(index))
      const [from, to] = [junction(start), junction(end)]
      const pair = `${Math.min(from, to)} ${Math.max(from, to)}`
      // A loop back to its own junction, or a second way between the same two, would be no street of its own on a map
      // of junctions; its middle becomes one.
      if (from === to || pairs.has(pair)) {
        if (points.length < 3) continue
        const middle = Math.floor(points.length / 2)
        const via = junction(chain[middle] as number)
        addStreet(from, via, points.slice(0, middle + 1), segment)
        addStreet(via, to, points.slice(middle), segment)
      } else {
        pairs.add(pair)
        addStreet(from, to, points, segment)
      }
    }
  }
  return { junctions, streets: nameAll() }

  function addStreet(from: number, to: number, points: readonly Point[], segment: Segment): void {
    const { class: streetClass, isBridge } = segment
    streets.push({ class: streetClass, from, to, points, lengthM: lengthOfLineM(points), isBridge })
  }

  function follow(start: number, first: Segment): number[] {
    const chain = [start]
    let current = start
    let segment: Segment | undefined = first
    while (segment) {
      seen.add(segment.id)
      current = segment.from === current ? segment.to : segment.from
      chain.push(current)
      const last: number = segment.id
      segment =
        isJunction(current) || current === start
          ? undefined
          : network.segmentsAt(current).find(({ id }) => id !== last)
    }
    return chain
  }

  /** A street keeps its name over a junction where it goes straight on. */
  function nameAll(): PlaneStreet[] {
    const nameStreet = createStreetNamer(random)
    const names: string[] = new Array(streets.length)
    const streetsAt = new Map<number, number[]>()
    streets.forEach(({ from, to }, index) => {
      for (const end of [from, to]) streetsAt.set(end, [...(streetsAt.get(end) ?? []), index])
    })
    const order = streets.map((_, index) => index).sort((a, b) => rank(a) - rank(b))
    for (const index of order) {
      if (names[index] !== undefined) continue
      names[index] = nameStreet(placeOf(index))
      for (const end of [streets[index]?.from, streets[index]?.to]) carryOn(index, end as number)
    }
    return streets.map((street, index) => ({ ...street, name: names[index] as string }))

    function carryOn(first: number, firstEnd: number): void {
      let index = first
      let end = firstEnd
      for (let length = 0; length < 60; length++) {
        const heading = headingInto(index, end)
        const next = (streetsAt.get(end) ?? [])
          .filter((other) => names[other] === undefined && streets[other]?.class === streets[index]?.class)
          .find((other) => angleBetween(headingInto(other, end) + Math.PI, heading) < 0.6)
        if (next === undefined) return
        names[next] = names[first] as string
        index = next
        const { from, to } = streets[next] as PlaneStreet
        end = from === end ? to : from
      }
    }

    function headingInto(index: number, end: number): number {
      const { from, points } = streets[index] as PlaneStreet
      return from === end
        ? headingOf(points[1] as Point, points[0] as Point)
        : headingOf(points[points.length - 2] as Point, points[points.length - 1] as Point)
    }

    function placeOf(index: number): 'main' | 'old' | 'new' | 'blind' {
      const { class: streetClass, points, from, to } = streets[index] as PlaneStreet
      if (streetClass === 'main') return 'main'
      const { x, y } = points[0] as Point
      if (Math.hypot(x, y) < oldTownM) return 'old'
      return [from, to].some((end) => streetsAt.get(end)?.length === 1) ? 'blind' : 'new'
    }
  }

  function rank(index: number): number {
    return ['main', 'secondary', 'residential'].indexOf(streets[index]?.class ?? 'residential')
  }
}

function findLargestPart(network: StreetNetwork): number[] {
  const seen = new Set<number>()
  let largest: number[] = []
  for (const start of network.points.keys()) {
    if (seen.has(start) || network.segmentsAt(start).length === 0) continue
    const part = [start]
    seen.add(start)
    for (const index of part) {
      for (const { from, to } of network.segmentsAt(index)) {
        const other = from === index ? to : from
        if (!seen.has(other)) {
          seen.add(other)
          part.push(other)
        }
      }
    }
    if (part.length > largest.length) largest = part
  }
  return largest
}
