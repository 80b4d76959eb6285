import type { Hierarchy } from './hierarchy.ts'
import { streetOf } from './road-graph.ts'
import type { EdgeSpeeds } from './roads.ts'
import type { Search } from './search-hierarchy.ts'
import type { Measures } from './snap-places.ts'

/** How long links take in each slice of time: what their durations become at the speeds of their edges. */
export interface SliceTimes {
  readonly speeds: EdgeSpeeds
  /** By link and slice, ms. */
  readonly ofLinks: Float32Array
}

/** Shortcuts take what the links take that they stand for, which come before them. */
export function computeSliceTimes(hierarchy: Hierarchy, speeds: EdgeSpeeds): SliceTimes {
  const { linkDurations, linkFirsts, linkSeconds } = hierarchy
  const { sliceCount } = speeds
  const linkCount = linkDurations.length
  const ofLinks = new Float32Array(
    new SharedArrayBuffer(linkCount * sliceCount * Float32Array.BYTES_PER_ELEMENT),
  )
  for (let link = 0; link < linkCount; link++) {
    const first = linkFirsts[link] as number
    const second = linkSeconds[link] as number
    for (let slice = 0; slice < sliceCount; slice++) {
      ofLinks[link * sliceCount + slice] =
        first === -1
          ? partMs(speeds, { arc: second, duration: linkDurations[link] as number }, slice)
          : (ofLinks[first * sliceCount + slice] as number) + (ofLinks[second * sliceCount + slice] as number)
    }
  }
  return { speeds, ofLinks }
}

/**
 * What each node that a search found takes to be reached, by its position in `found` and slice, ms. `beginnings` are those
 * that the search ran from.
 */
export function sumSliceTimes(
  search: Search,
  times: SliceTimes,
  beginnings: readonly (Measures & { readonly arc: number })[],
  positionOfNode: Int32Array,
): Float32Array {
  const { sliceCount } = times.speeds
  const sums = new Float32Array(search.count * sliceCount)
  for (let position = 0; position < search.count; position++) {
    const node = search.found[position] as number
    const link = search.links[node] as number
    positionOfNode[node] = position
    // Whoever led here was found before.
    const before = link < 0 ? -1 : (positionOfNode[search.parents[node] as number] as number)
    const beginning = link < 0 ? beginnings[-1 - link] : undefined
    for (let slice = 0; slice < sliceCount; slice++) {
      sums[position * sliceCount + slice] = beginning
        ? partMs(times.speeds, beginning, slice)
        : (sums[before * sliceCount + slice] as number) + (times.ofLinks[link * sliceCount + slice] as number)
    }
  }
  return sums
}

/** What a part of an arc takes in a slice, ms. */
export function partMs(
  { sliceCount, profileOfEdge, ratios }: EdgeSpeeds,
  { arc, duration }: { readonly arc: number; readonly duration: number },
  slice: number,
): number {
  return duration / (ratios[(profileOfEdge[streetOf(arc)] as number) * sliceCount + slice] as number)
}
