import type { ErrorCode } from '../../model/error.ts'
import type { ProfileTree } from './group-profiles.ts'
import type { Hierarchy } from './hierarchy.ts'
import type { Rows } from './measure-rows.ts'
import type { Place } from './place.ts'
import type { RoadGraph } from './road-graph.ts'
import type { RoadSearch, UnreachablePlace } from './roads.ts'
import type { SliceTimes } from './slice-times.ts'
import type { SnappedPlace } from './snap-places.ts'
import type { TileAddress } from './tiles/street-tiles.ts'

export interface GraphWorkerData {
  readonly graph: RoadGraph
}

/** What a thread of the graph is asked. */
export type GraphJob =
  | ({ readonly type: 'prepare'; readonly places: readonly Place[] } & Pick<
      RoadSearch,
      'lorry' | 'blocked' | 'speeds'
    >)
  /** Answers with those that are beside no road. */
  | { readonly type: 'locate'; readonly places: readonly Place[] }
  | {
      readonly type: 'rows'
      /** Rows of the same table follow each other. */
      readonly tableId: number
      readonly hierarchy: Hierarchy
      readonly places: readonly (SnappedPlace | null)[]
      readonly times: SliceTimes | undefined
      readonly tree: ProfileTree | undefined
      readonly rows: Rows
      readonly from: number
      readonly to: number
    }
  /** Answers with the tree of the profiles. */
  | {
      readonly type: 'profiles'
      readonly tableId: number
      readonly hierarchy: Hierarchy
      readonly places: readonly (SnappedPlace | null)[]
      readonly times: SliceTimes
    }
  | {
      readonly type: 'legs'
      readonly hierarchy: Hierarchy
      readonly pairs: readonly (readonly [SnappedPlace | null, SnappedPlace | null])[]
    }
  /** Answers with its bytes. */
  | { readonly type: 'tile'; readonly tile: TileAddress }

export interface PreparedSearch {
  /** By place: where it is, or why it cannot be reached. */
  readonly snapped: readonly (SnappedPlace | UnreachablePlace['reason'])[]
  readonly hierarchy: Hierarchy
  /** Where the search has speeds. */
  readonly times: SliceTimes | undefined
}

export type GraphAnswer =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly failure: { readonly code: ErrorCode; readonly message: string } }
