import type { Place } from './place.ts'
import type { StreetTiles } from './tiles/street-tiles.ts'

/**
 * The streets between places: how far, how long, and which way. An adapter answers for one lorry at a time, since lorries
 * differ in where they fit.
 */
export interface Roads {
  /** Nobody knows the streets: distances and durations are guesses, and a plan made of them says so. */
  readonly isEstimated: boolean
  /** Whom to name beside whatever is shown of these streets; null where nobody asks for it. */
  readonly attribution: string | null
  /** Its streets, for those who know their traffic; null where the adapter knows none, and ignores `RoadSearch.speeds`. */
  readonly edges: RoadEdges | null
  /** Its streets, for those who show them; null where the adapter knows none. */
  readonly streets: StreetTiles | null
  /**
   * From each place to each. Rejects with a KerbsideError ROADS_UNAVAILABLE where a server does not answer, with
   * INVALID_REQUEST where the search asks what the adapter cannot do, and with the signal's reason once it is aborted.
   */
  measure(places: readonly Place[], search?: RoadSearch): Promise<RoadTable>
  /**
   * The way from each place to the next, one leg fewer than places: the coordinates of its streets from beside the one
   * place to beside the other, at least two. A leg that no road makes is null. Fails as `measure` does.
   */
  trace(places: readonly Place[], search?: RoadSearch): Promise<readonly (Leg | null)[]>
  /**
   * Which of the places are beside no road that leads anywhere, as far as it is known without a search: cheap enough to be
   * asked before a plan is promised. A server is not asked: of its streets `measure` tells.
   */
  locate(places: readonly Place[]): Promise<readonly UnreachablePlace[]>
  /** What is under way rejects. Any number of times. */
  close(): Promise<void>
}

export interface RoadSearch {
  /** Streets that are too low or too weak for it are closed; without it, none is. */
  readonly lorry?: { readonly heightM: number | null; readonly weightKg: number | null } | undefined
  readonly blocked?: readonly BlockedStreets[] | undefined
  /** Asks for the profiles of the table; ignored by adapters that have no edges. */
  readonly speeds?: EdgeSpeeds | undefined
  readonly signal?: AbortSignal | undefined
}

/** Closed to all, for as long as the search says so. */
export type BlockedStreets =
  /** What crosses the ring or lies in it, as `[longitude, latitude]`, whether or not its last corner repeats the first. */
  | { readonly type: 'polygon'; readonly ring: readonly (readonly [number, number])[] }
  | { readonly type: 'way'; readonly wayId: number }

/** `[longitude, latitude]`. */
export type Leg = readonly (readonly [number, number])[]

export interface RoadTable {
  /** Whole metres, row by row, rounded up. */
  readonly distances: Int32Array
  /** Whole seconds, row by row, rounded up so that no plan is late by its rounding. */
  readonly durations: Int32Array
  /** From and to these every distance and duration is `UNREACHABLE`; all others reach each other. */
  readonly unreachable: readonly UnreachablePlace[]
  /** Where the search had `speeds`. */
  readonly profiles?: ArcProfiles | undefined
}

export interface UnreachablePlace {
  readonly placeIndex: number
  /**
   * `no_road_near`: the next road is too far away. `cut_off`: the road beside it does not lead to the others and back
   * (for this lorry, with these streets blocked).
   */
  readonly reason: 'no_road_near' | 'cut_off'
}

/** In metres as in seconds: farther than any lorry goes in a day, and small enough to be added up. */
export const UNREACHABLE = 10_000_000

/** How fast each edge of the roads is driven, by slice of time: a ratio of the speed that the durations stand for. */
export interface EdgeSpeeds {
  readonly sliceCount: number
  /** By edge, which of the profiles it follows. */
  readonly profileOfEdge: Uint8Array
  /** By profile and slice, above 0. */
  readonly ratios: Float64Array
}

/** As `Matrix.profiles` and `SpeedProfiles.ratios` of the solver. */
export interface ArcProfiles {
  /** By arc, row by row, which profile it follows. */
  readonly ofArc: Uint8Array
  /**
   * By profile and slice: the mean speed ratio along the way that is the quickest at a ratio of 1. Ways that are alike
   * share a profile.
   */
  readonly ratios: Float64Array
}

/** The streets from crossing to crossing, for those who know their traffic; an edge is one in both directions. */
export interface RoadEdges {
  readonly count: number
  /** By edge, an index in `ROAD_CLASSES`. */
  readonly classes: Uint8Array
  /** Degrees, of the middle along the edge. */
  readonly longitudes: Float64Array
  readonly latitudes: Float64Array
  /** Metres. */
  readonly lengths: Float64Array
}

/** OpenStreetMap's values of `highway` that lorries drive on, the fastest first. */
export const ROAD_CLASSES = [
  'motorway',
  'motorway_link',
  'trunk',
  'trunk_link',
  'primary',
  'primary_link',
  'secondary',
  'secondary_link',
  'tertiary',
  'tertiary_link',
  'unclassified',
  'residential',
  'living_street',
  'service',
  'track',
] as const
