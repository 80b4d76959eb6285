import type { Hierarchy } from './hierarchy.ts'
import type { RoadGraph } from './road-graph.ts'
import { UNREACHABLE } from './roads.ts'
import { createSearch, findDirect, listArrivals, listDepartures, type Search } from './search-hierarchy.ts'
import type { SnappedPlace } from './snap-places.ts'

/** Whole metres and seconds, row by row for all the places; `UNREACHABLE` where there is no way. */
export interface Rows {
  readonly distances: Int32Array
  readonly durations: Int32Array
}

/**
 * Fills rows of the table: a search down the hierarchy from each place leaves an entry in every node that it finds, and a
 * search up from each row's place gathers them (Knopp, Sanders, Schultes, Schulz and Wagner 2007). To be made once for
 * any number of rows of the same places.
 */
export function createRowMeasure(
  graph: RoadGraph,
  hierarchy: Hierarchy,
  places: readonly (SnappedPlace | null)[],
): (rows: Rows, from: number, to: number) => void {
  const count = places.length
  const entries = gatherArrivals(hierarchy, places)
  const up = createSearch(hierarchy, 'up')
  const weights = new Int32Array(count)
  const durations = new Int32Array(count)
  const lengths = new Int32Array(count)

  return (rows, from, to) => {
    for (let row = from; row < to; row++) {
      weights.fill(UNREACHABLE_WEIGHT)
      const place = places[row]
      if (place) {
        up.run(listDepartures(graph, hierarchy, place))
        meet()
        compareDirect(place)
      }
      writeRow(rows, row)
    }
  }

  function meet(): void {
    for (let i = 0; i < up.count; i++) {
      const node = up.found[i] as number
      const weight = up.weights[node] as number
      const duration = up.durations[node] as number
      const length = up.lengths[node] as number
      const end = entries.offsets[node + 1] as number
      for (let entry = entries.offsets[node] as number; entry < end; entry++) {
        const target = entries.places[entry] as number
        const sum = weight + (entries.weights[entry] as number)
        if (sum >= (weights[target] as number)) continue
        weights[target] = sum
        durations[target] = duration + (entries.durations[entry] as number)
        lengths[target] = length + (entries.lengths[entry] as number)
      }
    }
  }

  function compareDirect(place: SnappedPlace): void {
    for (const target of entries.placesOfStreet.get(place.street) ?? []) {
      const direct = findDirect(hierarchy, place, places[target] as SnappedPlace)
      if (!direct || direct.weight >= (weights[target] as number)) continue
      weights[target] = direct.weight
      durations[target] = direct.duration
      lengths[target] = direct.length
    }
  }

  function writeRow({ distances, durations: seconds }: Rows, row: number): void {
    for (let target = 0; target < count; target++) {
      const cell = row * count + target
      const hasWay = weights[target] !== UNREACHABLE_WEIGHT
      distances[cell] = hasWay ? Math.ceil((lengths[target] as number) / 100) : UNREACHABLE
      seconds[cell] = hasWay ? Math.ceil((durations[target] as number) / 1000) : UNREACHABLE
    }
    if (places[row]) {
      distances[row * count + row] = 0
      seconds[row * count + row] = 0
    }
  }
}

const UNREACHABLE_WEIGHT = 0x7fff_ffff

interface Entries {
  /** By node and one more. */
  readonly offsets: Int32Array
  readonly places: Int32Array
  readonly weights: Int32Array
  readonly durations: Int32Array
  readonly lengths: Int32Array
  readonly placesOfStreet: ReadonlyMap<number, readonly number[]>
}

function gatherArrivals(hierarchy: Hierarchy, places: readonly (SnappedPlace | null)[]): Entries {
  const nodeCount = hierarchy.upOffsets.length - 1
  const down = createSearch(hierarchy, 'down')
  const offsets = new Int32Array(nodeCount + 1)
  const raw: {
    nodes: number[]
    places: number[]
    weights: number[]
    durations: number[]
    lengths: number[]
  } = { nodes: [], places: [], weights: [], durations: [], lengths: [] }
  const placesOfStreet = new Map<number, number[]>()
  for (const [index, place] of places.entries()) {
    if (!place) continue
    const onStreet = placesOfStreet.get(place.street)
    if (onStreet) onStreet.push(index)
    else placesOfStreet.set(place.street, [index])
    down.run(listArrivals(hierarchy, place))
    append(down, index)
  }
  for (const node of raw.nodes) offsets[node + 1] = (offsets[node + 1] as number) + 1
  for (let node = 0; node < nodeCount; node++)
    offsets[node + 1] = (offsets[node + 1] as number) + (offsets[node] as number)
  const next = offsets.slice(0, nodeCount)
  const size = raw.nodes.length
  const entries = {
    offsets,
    places: new Int32Array(size),
    weights: new Int32Array(size),
    durations: new Int32Array(size),
    lengths: new Int32Array(size),
    placesOfStreet,
  }
  for (const [i, node] of raw.nodes.entries()) {
    const entry = next[node] as number
    next[node] = entry + 1
    entries.places[entry] = raw.places[i] as number
    entries.weights[entry] = raw.weights[i] as number
    entries.durations[entry] = raw.durations[i] as number
    entries.lengths[entry] = raw.lengths[i] as number
  }
  return entries

  function append(search: Search, place: number): void {
    for (let i = 0; i < search.count; i++) {
      const node = search.found[i] as number
      raw.nodes.push(node)
      raw.places.push(place)
      raw.weights.push(search.weights[node] as number)
      raw.durations.push(search.durations[node] as number)
      raw.lengths.push(search.lengths[node] as number)
    }
  }
}
