import { z } from 'zod'
import { KerbsideError } from '../../model/error.ts'
import { askServer, doBounded, type ServerPatience } from './ask-server.ts'
import { decodePolyline } from './decode-polyline.ts'
import { measureTiles, NoRoadNearError, type Tile, type TileAnswer } from './measure-tiles.ts'
import type { Place } from './place.ts'
import type { Leg, RoadSearch, Roads } from './roads.ts'

/** Valhalla refuses matrices of more (`service_limits.truck.max_matrix_location_pairs`: 2,500). */
const TILE_SIZE = 50
const WIDTH = 4
/** Metres, as with our own graph. */
const SNAP_MAX_M = 250
/** https://valhalla.github.io/valhalla/api/turn-by-turn/api-reference/#http-status-codes-and-conditions */
const NO_EDGE_NEAR = 171
const NO_PATH = 442

const matrixSchema = z.object({
  sources_to_targets: z.array(
    z.array(z.object({ distance: z.number().nullable(), time: z.number().nullable() })),
  ),
})
const routeSchema = z.object({ trip: z.object({ legs: z.array(z.object({ shape: z.string() })) }) })
const locateSchema = z.array(z.object({ edges: z.array(z.unknown()).nullish() }))
const refusalSchema = z.object({ error_code: z.number(), error: z.string().default('') })

/**
 * The roads of a Valhalla server, for its `truck`. It closes polygons and keeps to heights and weights; of a way's id it
 * knows nothing, so a search that blocks one is refused.
 */
export function createValhallaRoads({ url, ...patience }: { readonly url: string } & ServerPatience): Roads {
  const base = url.replace(/\/+$/, '')
  const closing = new AbortController()

  return {
    isEstimated: false,
    edges: null,
    streets: null,
    attribution: '© OpenStreetMap contributors',
    async measure(places, search = {}) {
      const signal = begin(search)
      return measureTiles(places, {
        tileSize: TILE_SIZE,
        width: WIDTH,
        ask: (tile) => askMatrix({ places, tile, search, signal }),
      })
    },
    async trace(places, search = {}) {
      const signal = begin(search)
      const legs: (Leg | null)[] = places.slice(1).map(() => null)
      await doBounded(legs, WIDTH, async (_, index) => {
        legs[index] = await askRoute([places[index] as Place, places[index + 1] as Place], search, signal)
      })
      return legs
    },
    async locate() {
      return []
    },
    async close() {
      closing.abort(new KerbsideError('ROADS_UNAVAILABLE', 'The roads were closed'))
    },
  }

  function begin({ blocked = [], signal }: RoadSearch): AbortSignal {
    if (blocked.some(({ type }) => type === 'way')) {
      throw new KerbsideError('INVALID_REQUEST', 'Valhalla cannot block a way by its id: use a polygon')
    }
    return signal ? AbortSignal.any([signal, closing.signal]) : closing.signal
  }

  async function askMatrix({
    places,
    tile: { sources, targets },
    search,
    signal,
  }: {
    places: readonly Place[]
    tile: Tile
    search: RoadSearch
    signal: AbortSignal
  }): Promise<TileAnswer> {
    const locate = (place: number) => locationOf(places[place] as Place)
    const { status, answer } = await ask(
      'sources_to_targets',
      { sources: sources.map(locate), targets: targets.map(locate), ...optionsOf(search) },
      signal,
    )
    if (status !== 200) {
      const { error_code, error } = read(refusalSchema, answer)
      if (error_code !== NO_EDGE_NEAR) throw refused(error_code, error)
      // It does not say which place it means.
      throw new NoRoadNearError(await findFar([...new Set([...sources, ...targets])], places, signal))
    }
    const rows = read(matrixSchema, answer).sources_to_targets
    return {
      metres: rows.map((row) => row.map(({ distance }) => distance && distance * 1000)),
      seconds: rows.map((row) => row.map(({ time }) => time)),
    }
  }

  async function findFar(
    numbers: readonly number[],
    places: readonly Place[],
    signal: AbortSignal,
  ): Promise<number[]> {
    const locations = numbers.map((place) => locationOf(places[place] as Place))
    const { status, answer } = await ask('locate', { locations, costing: 'truck', verbose: false }, signal)
    if (status !== 200) {
      const { error_code, error } = read(refusalSchema, answer)
      throw refused(error_code, error)
    }
    const found = read(locateSchema, answer)
    const far = numbers.filter((_, i) => (found[i]?.edges ?? []).length === 0)
    if (far.length === 0) throw refused(NO_EDGE_NEAR, 'no edge is near a place, though each has one')
    return far
  }

  async function askRoute(
    places: readonly Place[],
    search: RoadSearch,
    signal: AbortSignal,
  ): Promise<Leg | null> {
    const question = { locations: places.map(locationOf), ...optionsOf(search), directions_type: 'none' }
    const { status, answer } = await ask('route', question, signal)
    if (status !== 200) {
      const { error_code, error } = read(refusalSchema, answer)
      if (error_code === NO_PATH || error_code === NO_EDGE_NEAR) return null
      throw refused(error_code, error)
    }
    const shape = read(routeSchema, answer).trip.legs[0]?.shape
    return shape === undefined ? null : decodePolyline(shape)
  }

  function ask(path: string, body: unknown, signal: AbortSignal): ReturnType<typeof askServer> {
    return askServer({ url: `${base}/${path}`, body, signal }, patience)
  }

  function read<T>(schema: z.ZodType<T>, answer: unknown): T {
    const result = schema.safeParse(answer)
    if (result.success) return result.data
    throw new KerbsideError('ROADS_UNAVAILABLE', `${base} answers something other than Valhalla does`, {
      cause: result.error,
    })
  }

  function refused(code: number, message: string): KerbsideError {
    return new KerbsideError('ROADS_UNAVAILABLE', `${base} refuses: ${code} ${message}`)
  }
}

function locationOf({ longitude, latitude }: Place): Record<string, number> {
  return { lon: longitude, lat: latitude, search_cutoff: SNAP_MAX_M }
}

function optionsOf({ lorry, blocked = [] }: RoadSearch): Record<string, unknown> {
  const polygons = blocked.flatMap((streets) => (streets.type === 'polygon' ? [streets.ring] : []))
  return {
    units: 'kilometers',
    costing: 'truck',
    costing_options: {
      truck: {
        ...(lorry?.heightM ? { height: lorry.heightM } : {}),
        // Metric tons.
        ...(lorry?.weightKg ? { weight: lorry.weightKg / 1000 } : {}),
      },
    },
    ...(polygons.length > 0 ? { exclude_polygons: polygons } : {}),
  }
}
