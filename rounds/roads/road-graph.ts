import type { Hierarchy } from './hierarchy.ts'

/**
 * Streets, each a part of one way of OpenStreetMap between two crossings. A street has two arcs, its directions: arc
 * `2 × street` goes as the way's nodes do, the next one back. Roads are searched from arc to arc and not from crossing to
 * crossing, since what may follow depends on where one comes from. All in flat arrays, so that threads share them and a
 * file of them loads at once.
 */
export interface RoadGraph {
  readonly about: RoadGraphFacts
  /** By street; whole numbers up to 2⁵³. */
  readonly wayIds: Float64Array
  /** By street, an index in `ROAD_CLASSES`. */
  readonly classes: Uint8Array
  /** By street, which of the names it has; 0 is of those without. */
  readonly names: Int32Array
  /** By name and one more: where it begins in `nameBytes`, which are UTF-8. */
  readonly nameOffsets: Int32Array
  readonly nameBytes: Uint8Array
  /** By street, metres and kg; Infinity where there is no limit. */
  readonly maxHeights: Float32Array
  readonly maxWeights: Float32Array
  /** By street, cm. */
  readonly lengths: Int32Array
  /** By street and one more: where its corners begin in `shape`. */
  readonly shapeOffsets: Int32Array
  /** Longitude and latitude in turn, 10⁻⁷ degrees. */
  readonly shape: Int32Array
  /** By arc, ms; 0 where nobody may drive. */
  readonly durations: Int32Array
  /** By arc, what the search makes least: the duration, times a price where only those may drive who stop there. */
  readonly weights: Int32Array
  /** By arc and one more: where the arcs that may follow it begin in `turns`. */
  readonly turnOffsets: Int32Array
  readonly turns: Int32Array
  /** By arc, 1 where it reaches most of the map and is reached from there. */
  readonly isMain: Uint8Array
  readonly hierarchy: Hierarchy
}

export interface RoadGraphFacts {
  /** Whom to name beside whatever is shown of the map; null where nobody asks for it. */
  readonly attribution: string | null
  /** Crossings and ends of ways. */
  readonly nodeCount: number
  readonly streetCount: number
  /** Directions in which streets may be driven. */
  readonly arcCount: number
  readonly restrictionCount: number
  /** Restrictions that lead by way of other ways: not held. */
  readonly ignoredRestrictionCount: number
  readonly lengthKm: number
  /** West, south, east, north, in degrees. */
  readonly bounds: readonly [number, number, number, number]
}

/** What turning round at the end of a street takes a lorry, in ms. */
const U_TURN_MS = 30_000

/** The other direction of the same street. */
export function reverseOf(arc: number): number {
  return arc ^ 1
}

export function streetOf(arc: number): number {
  return arc >> 1
}

/** What a turn costs beyond the arcs that it joins, in ms. */
export function turnMs(from: number, to: number): number {
  return to === reverseOf(from) ? U_TURN_MS : 0
}
