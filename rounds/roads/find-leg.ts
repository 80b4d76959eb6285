import { drawLeg } from './draw-leg.ts'
import type { Hierarchy } from './hierarchy.ts'
import type { RoadGraph } from './road-graph.ts'
import type { Leg } from './roads.ts'
import { createSearch, findDirect, listArrivals, listDepartures, type Search } from './search-hierarchy.ts'
import type { SnappedPlace } from './snap-places.ts'

/** The streets of the quickest way from one place to another, the way that is measured; null where there is none. */
export function createLegSearch(
  graph: RoadGraph,
  hierarchy: Hierarchy,
): (from: SnappedPlace, to: SnappedPlace) => Leg | null {
  const up = createSearch(hierarchy, 'up')
  const down = createSearch(hierarchy, 'down')

  return (from, to) => {
    const departures = listDepartures(graph, hierarchy, from)
    const arrivals = listArrivals(hierarchy, to)
    up.run(departures)
    down.run(arrivals)
    const meeting = findMeeting(up, down)
    const direct = findDirect(hierarchy, from, to)
    if (direct && direct.weight <= meeting.weight) return drawLeg(graph, { from, to, arcs: [direct.arc] })
    if (meeting.node === -1) return null
    const before = walkBack(up, meeting.node)
    const after = walkBack(down, meeting.node)
    const arcs: number[] = []
    for (const link of before.links.reverse()) unpackLink(hierarchy, link, arcs)
    for (const link of after.links) unpackLink(hierarchy, link, arcs)
    const departure = departures[before.beginning] as (typeof departures)[number]
    const arrival = arrivals[after.beginning] as (typeof arrivals)[number]
    return drawLeg(graph, { from, to, arcs: [departure.arc, ...arcs, arrival.arc] })
  }
}

/** The node, found by both, over which the way is the quickest; -1 where there is none. */
function findMeeting(up: Search, down: Search): { node: number; weight: number } {
  const downWeights = new Map<number, number>()
  for (const node of down.found.subarray(0, down.count)) downWeights.set(node, down.weights[node] as number)
  let [best, bestWeight] = [-1, Number.POSITIVE_INFINITY]
  for (const node of up.found.subarray(0, up.count)) {
    const weight = (up.weights[node] as number) + (downWeights.get(node) ?? Number.POSITIVE_INFINITY)
    if (weight < bestWeight) [best, bestWeight] = [node, weight]
  }
  return { node: best, weight: bestWeight }
}

/** The links from a node back to the beginning of the search, and which of the beginnings that is. */
function walkBack(search: Search, node: number): { links: number[]; beginning: number } {
  const links: number[] = []
  let at = node
  for (; (search.links[at] as number) >= 0; at = search.parents[at] as number)
    links.push(search.links[at] as number)
  return { links, beginning: -1 - (search.links[at] as number) }
}

/** Adds the arcs that a link leads over, without the one that it leads to. */
function unpackLink({ linkFirsts, linkSeconds }: Hierarchy, link: number, arcs: number[]): void {
  const open = [link]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const first = linkFirsts[next] as number
    const second = linkSeconds[next] as number
    if (first === -1) arcs.push(second)
    else open.push(second, first)
  }
}
