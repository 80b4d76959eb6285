import { findProfile, type ProfileTree } from './group-profiles.ts'
import type { Hierarchy } from './hierarchy.ts'
import type { RoadGraph } from './road-graph.ts'
import { UNREACHABLE } from './roads.ts'
import { createSearch, findDirect, listArrivals, listDepartures, type Search } from './search-hierarchy.ts'
import { partMs, type SliceTimes, sumSliceTimes } from './slice-times.ts'
import type { SnappedPlace } from './snap-places.ts'

/** Whole metres and seconds, row by row for all the places; `UNREACHABLE` where there is no way. */
export interface Rows {
  readonly distances: Int32Array
  readonly durations: Int32Array
  /** Which profile each follows: with speeds alone. */
  readonly profiles?: Uint8Array | undefined
}

export interface RowMeasure {
  /** Fills the rows in between; profiles only where there is a tree of them. */
  fill(rows: Rows, from: number, to: number, tree?: ProfileTree): void
  /** The speed ratios from one place to others, a row for each that has a way: with speeds alone. */
  sampleRatios(from: number, targets: readonly number[]): number[]
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
  times?: SliceTimes,
): RowMeasure {
  const count = places.length
  const entries = gatherArrivals(hierarchy, places, times)
  const up = createSearch(hierarchy, 'up')
  const weights = new Int32Array(count)
  const durations = new Int32Array(count)
  const lengths = new Int32Array(count)
  /** By target: over which node and entry its way goes; -1 where it is along one arc. */
  const nodes = new Int32Array(count)
  const entryOf = new Int32Array(count)
  const positionOfNode = new Int32Array(times ? up.weights.length : 0)

  return {
    fill(rows, from, to, tree) {
      for (let row = from; row < to; row++) {
        const sums = search(row)
        writeRow(rows, row)
        if (tree && rows.profiles) writeProfiles(rows.profiles, { row, tree, sums })
      }
    },
    sampleRatios(from, targets) {
      const sums = search(from)
      const sliceCount = times?.speeds.sliceCount ?? 0
      return targets
        .filter((target) => target !== from && hasWay(target))
        .flatMap((target) =>
          Array.from({ length: sliceCount }, (_, slice) => ratioTo({ from, target, slice, sums })),
        )
    },
  }

  /** Returns what the nodes found take by slice, where there are speeds. */
  function search(row: number): Float32Array {
    weights.fill(UNREACHABLE_WEIGHT)
    const place = places[row]
    if (!place) return NO_TIMES
    const departures = listDepartures(graph, hierarchy, place)
    up.run(departures)
    meet()
    compareDirect(place)
    return times ? sumSliceTimes(up, times, departures, positionOfNode) : NO_TIMES
  }

  function hasWay(target: number): boolean {
    return weights[target] !== UNREACHABLE_WEIGHT
  }

  /** Of the speed of the duration, how fast the way is driven in a slice. */
  function ratioTo({ from, target, slice, sums }: RatioQuestion): number {
    if (!times || durations[target] === 0) return 1
    const { sliceCount } = times.speeds
    const duration = durations[target] as number
    const node = nodes[target] as number
    if (node === -1) {
      const street = places[from] as SnappedPlace
      return duration / partMs(times.speeds, { arc: 2 * street.street, duration }, slice)
    }
    const before = sums[(positionOfNode[node] as number) * sliceCount + slice] as number
    const after = entries.slices[target] as Float32Array
    const position = entries.positions[entryOf[target] as number] as number
    return duration / (before + (after[position * sliceCount + slice] as number))
  }

  function writeProfiles(
    profiles: Uint8Array,
    { row, tree, sums }: { row: number; tree: ProfileTree; sums: Float32Array },
  ): void {
    for (let target = 0; target < count; target++) {
      if (target === row || !hasWay(target)) continue
      profiles[row * count + target] = findProfile(tree, (slice) =>
        ratioTo({ from: row, target, slice, sums }),
      )
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
        nodes[target] = node
        entryOf[target] = entry
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
      nodes[target] = -1
      durations[target] = direct.duration
      lengths[target] = direct.length
    }
  }

  function writeRow({ distances, durations: seconds }: Rows, row: number): void {
    for (let target = 0; target < count; target++) {
      const cell = row * count + target
      const isReached = hasWay(target)
      distances[cell] = isReached ? Math.ceil((lengths[target] as number) / 100) : UNREACHABLE
      seconds[cell] = isReached ? Math.ceil((durations[target] as number) / 1000) : UNREACHABLE
    }
    if (places[row]) {
      distances[row * count + row] = 0
      seconds[row * count + row] = 0
    }
  }
}

const UNREACHABLE_WEIGHT = 0x7fff_ffff
const NO_TIMES = new Float32Array(0)

interface RatioQuestion {
  readonly from: number
  readonly target: number
  readonly slice: number
  readonly sums: Float32Array
}

interface Entries {
  /** By node and one more. */
  readonly offsets: Int32Array
  readonly places: Int32Array
  readonly weights: Int32Array
  readonly durations: Int32Array
  readonly lengths: Int32Array
  readonly placesOfStreet: ReadonlyMap<number, readonly number[]>
  /** By entry, its position in the slices of its place. */
  readonly positions: Int32Array
  /** By place, position and slice, ms: with speeds alone. */
  readonly slices: readonly Float32Array[]
}

function gatherArrivals(
  hierarchy: Hierarchy,
  places: readonly (SnappedPlace | null)[],
  times: SliceTimes | undefined,
): Entries {
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
  const slices: Float32Array[] = places.map(() => NO_TIMES)
  const positionOfNode = new Int32Array(times ? nodeCount : 0)
  const rawPositions: number[] = []
  for (const [index, place] of places.entries()) {
    if (!place) continue
    const onStreet = placesOfStreet.get(place.street)
    if (onStreet) onStreet.push(index)
    else placesOfStreet.set(place.street, [index])
    const arrivals = listArrivals(hierarchy, place)
    down.run(arrivals)
    append(down, index)
    if (times) slices[index] = sumSliceTimes(down, times, arrivals, positionOfNode)
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
    positions: new Int32Array(size),
    slices,
  }
  for (const [i, node] of raw.nodes.entries()) {
    const entry = next[node] as number
    next[node] = entry + 1
    entries.places[entry] = raw.places[i] as number
    entries.weights[entry] = raw.weights[i] as number
    entries.durations[entry] = raw.durations[i] as number
    entries.lengths[entry] = raw.lengths[i] as number
    entries.positions[entry] = rawPositions[i] as number
  }
  return entries

  function append(search: Search, place: number): void {
    for (let i = 0; i < search.count; i++) {
      const node = search.found[i] as number
      raw.nodes.push(node)
      rawPositions.push(i)
      raw.places.push(place)
      raw.weights.push(search.weights[node] as number)
      raw.durations.push(search.durations[node] as number)
      raw.lengths.push(search.lengths[node] as number)
    }
  }
}
