import { availableParallelism } from 'node:os'
import { KerbsideError } from '../../model/error.ts'
import { describeEdges } from './describe-edges.ts'
import type { PreparedSearch } from './graph-job.ts'
import { createGraphThreads } from './graph-threads.ts'
import type { ProfileTree } from './group-profiles.ts'
import type { Rows } from './measure-rows.ts'
import { nameUnreachable } from './name-unreachable.ts'
import type { Place } from './place.ts'
import type { RoadGraph, RoadGraphFacts } from './road-graph.ts'
import type { Leg, RoadEdges, RoadSearch, Roads, RoadTable, UnreachablePlace } from './roads.ts'
import type { SnappedPlace } from './snap-places.ts'
import type { StreetTiles, TileAddress } from './tiles/street-tiles.ts'

/** The streets of a map, searched in threads of this process. */
export interface GraphRoads extends Roads {
  readonly about: RoadGraphFacts
  readonly edges: RoadEdges
  readonly streets: StreetTiles
}

const THREADS_MAX = 4
/** Rows that a thread measures at a time: few enough that all end together, and that a search can be called off. */
const ROWS_AT_A_TIME = 32
/** Some seconds' work of the one thread that draws them. */
const TILES_WAITING_MAX = 500

/** `threads` is the processor's number of them where it is left out, 4 at most. */
export function openGraphRoads({
  graph,
  threads: threadCount = Math.min(THREADS_MAX, availableParallelism()),
}: {
  readonly graph: RoadGraph
  readonly threads?: number
}): GraphRoads {
  const threads = createGraphThreads(graph, threadCount)
  let lastTableId = 0
  let tilesWaiting = 0

  return {
    isEstimated: false,
    attribution: graph.about.attribution,
    about: graph.about,
    edges: describeEdges(graph),
    streets: { bounds: graph.about.bounds, cut },
    measure,
    trace,
    locate,
    close: threads.close,
  }

  async function measure(places: readonly Place[], search: RoadSearch = {}): Promise<RoadTable> {
    const { snapped, hierarchy, times } = await prepare(places, search)
    const count = places.length
    const table = { tableId: ++lastTableId, hierarchy, places: snapped.map(orNull), times }
    const tree = times && ((await threads.run(0, { type: 'profiles', ...table, times })) as ProfileTree)
    const rows: Rows = {
      distances: createTable(count),
      durations: createTable(count),
      profiles: tree && new Uint8Array(new SharedArrayBuffer(count * count)),
    }
    let next = 0
    const measureNext = async (thread: number): Promise<void> => {
      while (next < count) {
        search.signal?.throwIfAborted()
        const from = next
        next = Math.min(count, from + ROWS_AT_A_TIME)
        await threads.run(thread, { type: 'rows', ...table, tree, rows, from, to: next })
      }
    }
    await Promise.all(Array.from({ length: threads.count }, (_, thread) => measureNext(thread)))
    search.signal?.throwIfAborted()
    const named = nameUnreachable(rows, count, (index) => {
      const place = snapped[index]
      return typeof place === 'string' ? place : undefined
    })
    return tree && rows.profiles
      ? { ...named, profiles: { ofArc: rows.profiles, ratios: tree.ratios } }
      : named
  }

  async function trace(places: readonly Place[], search: RoadSearch = {}): Promise<readonly (Leg | null)[]> {
    // Speeds change the times of a way, not the way.
    const { snapped, hierarchy } = await prepare(places, { ...search, speeds: undefined })
    const found = snapped.map(orNull)
    const pairs = found.slice(1).map((to, index) => [found[index] ?? null, to] as const)
    const legs = await threads.run(0, { type: 'legs', hierarchy, pairs })
    search.signal?.throwIfAborted()
    return legs as readonly (Leg | null)[]
  }

  async function locate(places: readonly Place[]): Promise<readonly UnreachablePlace[]> {
    return (await threads.run(0, { type: 'locate', places })) as readonly UnreachablePlace[]
  }

  /** In a thread beyond those that search, so that a map waits for no plan. */
  async function cut(tile: TileAddress): Promise<Uint8Array> {
    if (tilesWaiting >= TILES_WAITING_MAX) {
      throw new KerbsideError('BUSY', `${tilesWaiting} tiles of streets are waited for already: try again`)
    }
    tilesWaiting++
    try {
      return (await threads.run(threadCount, { type: 'tile', tile })) as Uint8Array
    } finally {
      tilesWaiting--
    }
  }

  async function prepare(
    places: readonly Place[],
    { lorry, blocked, speeds, signal }: RoadSearch,
  ): Promise<PreparedSearch> {
    signal?.throwIfAborted()
    const prepared = await threads.run(0, { type: 'prepare', places, lorry, blocked, speeds })
    signal?.throwIfAborted()
    return prepared as PreparedSearch
  }
}

/** Every thread writes its rows. */
function createTable(count: number): Int32Array {
  return new Int32Array(new SharedArrayBuffer(count * count * Int32Array.BYTES_PER_ELEMENT))
}

function orNull(place: SnappedPlace | string): SnappedPlace | null {
  return typeof place === 'string' ? null : place
}
