import type { Hierarchy } from './hierarchy.ts'
import { MinHeap } from './min-heap.ts'
import { type RoadGraph, turnMs } from './road-graph.ts'
import type { Measures, SnappedPlace } from './snap-places.ts'

/** What is found from one search's beginnings: nodes that it reached, in the order of their cost, and how. */
export interface Search {
  /** Goes up the hierarchy from the beginnings; what was found before is forgotten. */
  run(beginnings: readonly Beginning[]): void
  /** The nodes found, `count` of them. */
  readonly found: Int32Array
  readonly count: number
  /** By node. */
  readonly weights: Int32Array
  readonly durations: Int32Array
  readonly lengths: Int32Array
  /** By node: the link that led there, and the node that it led from; -1 - its number for a beginning. */
  readonly links: Int32Array
  readonly parents: Int32Array
}

interface Beginning extends Measures {
  readonly node: number
}

/** Where a lorry may be next once it has left a place, having driven what is behind the place on its arc. */
export function listDepartures(graph: RoadGraph, hierarchy: Hierarchy, place: SnappedPlace): Departure[] {
  const departures: Departure[] = []
  for (const { arc, after } of place.stops) {
    if (hierarchy.nodeOfArc[arc] === -1) continue
    for (let i = graph.turnOffsets[arc] as number; i < (graph.turnOffsets[arc + 1] as number); i++) {
      const next = graph.turns[i] as number
      const node = hierarchy.nodeOfArc[next] as number
      if (node === -1) continue
      const extra = turnMs(arc, next)
      departures.push({
        node,
        arc,
        weight: after.weight + extra,
        duration: after.duration + extra,
        length: after.length,
      })
    }
  }
  return departures
}

interface Departure extends Beginning {
  /** The arc that it leaves by. */
  readonly arc: number
}

/** The arcs on which a lorry comes to a place, and what it drives of them. */
export function listArrivals(hierarchy: Hierarchy, place: SnappedPlace): Departure[] {
  return place.stops.flatMap(({ arc, before }) => {
    const node = hierarchy.nodeOfArc[arc] as number
    return node === -1 ? [] : [{ node, arc, ...before }]
  })
}

/** The way along the one arc that both places are on, where the second is farther on. */
export function findDirect(
  hierarchy: Hierarchy,
  from: SnappedPlace,
  to: SnappedPlace,
): (Measures & { readonly arc: number }) | undefined {
  if (from.street !== to.street) return undefined
  for (const { arc, before } of from.stops) {
    const stop = to.stops.find((candidate) => candidate.arc === arc)
    if (!stop || hierarchy.nodeOfArc[arc] === -1 || stop.before.weight < before.weight) continue
    return {
      arc,
      weight: stop.before.weight - before.weight,
      duration: Math.max(0, stop.before.duration - before.duration),
      length: Math.max(0, stop.before.length - before.length),
    }
  }
  return undefined
}

/** A search over the links that go `up` from where it begins, or against those that come `down` to there. */
export function createSearch(hierarchy: Hierarchy, direction: 'up' | 'down'): Search {
  const isUp = direction === 'up'
  const offsets = isUp ? hierarchy.upOffsets : hierarchy.downOffsets
  const ends = isUp ? hierarchy.upHeads : hierarchy.downTails
  const numbers = isUp ? hierarchy.upLinks : hierarchy.downLinks
  const opposite = isUp
    ? { offsets: hierarchy.downOffsets, ends: hierarchy.downTails, numbers: hierarchy.downLinks }
    : { offsets: hierarchy.upOffsets, ends: hierarchy.upHeads, numbers: hierarchy.upLinks }
  const { linkWeights, linkDurations, linkLengths } = hierarchy
  const nodeCount = offsets.length - 1
  const [weights, durations, lengths] = [
    new Int32Array(nodeCount),
    new Int32Array(nodeCount),
    new Int32Array(nodeCount),
  ]
  const [links, parents] = [new Int32Array(nodeCount), new Int32Array(nodeCount)]
  const searchOf = new Int32Array(nodeCount)
  const found = new Int32Array(nodeCount)
  const queue = new MinHeap()
  let current = 0
  let count = 0

  return {
    run,
    found,
    weights,
    durations,
    lengths,
    links,
    parents,
    get count() {
      return count
    },
  }

  function run(beginnings: readonly Beginning[]): void {
    current++
    count = 0
    queue.clear()
    for (const [index, { node, weight, duration, length }] of beginnings.entries()) {
      if (searchOf[node] === current && (weights[node] as number) <= weight) continue
      searchOf[node] = current
      weights[node] = weight
      durations[node] = duration
      lengths[node] = length
      links[node] = -1 - index
      queue.push(node, weight)
    }
    while (queue.size > 0) {
      const key = queue.leastKey
      const node = queue.pop()
      if (key > (weights[node] as number) || isStalled(node, key)) continue
      // A node that comes twice at the same cost is found once.
      if (count > 0 && found[count - 1] === node) continue
      found[count++] = node
      for (let i = offsets[node] as number; i < (offsets[node + 1] as number); i++) {
        const end = ends[i] as number
        const link = numbers[i] as number
        const weight = key + (linkWeights[link] as number)
        if (searchOf[end] === current && weight >= (weights[end] as number)) continue
        searchOf[end] = current
        weights[end] = weight
        durations[end] = (durations[node] as number) + (linkDurations[link] as number)
        lengths[end] = (lengths[node] as number) + (linkLengths[link] as number)
        links[end] = link
        parents[end] = node
        queue.push(end, weight)
      }
    }
  }

  /** A way down from a more important node is shorter: no quickest way goes over this one. */
  function isStalled(node: number, key: number): boolean {
    for (let i = opposite.offsets[node] as number; i < (opposite.offsets[node + 1] as number); i++) {
      const end = opposite.ends[i] as number
      if (searchOf[end] !== current) continue
      if ((weights[end] as number) + (linkWeights[opposite.numbers[i] as number] as number) < key) return true
    }
    return false
  }
}
