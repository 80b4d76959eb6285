import { z } from 'zod'
import { KerbsideError } from '../../model/error.ts'
import { askServer, doBounded, type ServerPatience } from './ask-server.ts'
import { measureTiles, NoRoadNearError, type Tile, type TileAnswer } from './measure-tiles.ts'
import type { Place } from './place.ts'
import type { Leg, RoadSearch, Roads } from './roads.ts'

/** OSRM refuses tables of more coordinates (`--max-table-size`), rows and columns together. */
const COORDINATES_MAX = 100
const WIDTH = 4
/** As with our own graph: farther from a street nobody carries a bin. OSRM goes to the nearest, however far. */
const SNAP_MAX_M = 250

const waypointSchema = z.object({ distance: z.number() })
const rowsSchema = z.array(z.array(z.number().nullable()))
const tableSchema = z.object({
  durations: rowsSchema,
  distances: rowsSchema,
  sources: z.array(waypointSchema),
  destinations: z.array(waypointSchema),
})
const routeSchema = z.object({
  routes: z.array(
    z.object({ geometry: z.object({ coordinates: z.array(z.tuple([z.number(), z.number()])) }) }),
  ),
})
const refusalSchema = z.object({ code: z.string(), message: z.string().default('') })

/**
 * The roads of an OSRM server (https://project-osrm.org/docs/v5.24.0/api/). Where lorries fit is for its profile to say:
 * heights and weights are not asked for, and a search with blocked streets is refused.
 */
export function createOsrmRoads({ url, ...patience }: { readonly url: string } & ServerPatience): Roads {
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
        tileSize: places.length <= COORDINATES_MAX ? COORDINATES_MAX : COORDINATES_MAX / 2,
        width: WIDTH,
        ask: (tile) => askTable(places, tile, signal),
      })
    },
    async trace(places, search = {}) {
      const signal = begin(search)
      const legs: (Leg | null)[] = places.slice(1).map(() => null)
      await doBounded(legs, WIDTH, async (_, index) => {
        legs[index] = await askRoute([places[index] as Place, places[index + 1] as Place], signal)
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
    if (blocked.length > 0) {
      throw new KerbsideError('INVALID_REQUEST', 'OSRM cannot block streets: import a map or use Valhalla')
    }
    return signal ? AbortSignal.any([signal, closing.signal]) : closing.signal
  }

  async function askTable(
    places: readonly Place[],
    { sources, targets }: Tile,
    signal: AbortSignal,
  ): Promise<TileAnswer> {
    // The numbers of the coordinates in the request: a place that is a row and a column is sent once.
    const sent = [...new Set([...sources, ...targets])]
    const numberOf = new Map(sent.map((place, number) => [place, number]))
    const numbers = (list: readonly number[]): string => list.map((place) => numberOf.get(place)).join(';')
    const query = `annotations=duration,distance&sources=${numbers(sources)}&destinations=${numbers(targets)}`
    const path = `table/v1/driving/${sent.map((place) => write(places[place] as Place)).join(';')}?${query}`
    const { status, answer } = await askServer({ url: `${base}/${path}`, signal }, patience)
    if (status !== 200) {
      const { code, message } = readAnswer(refusalSchema, answer)
      // The number in its message is not always that of the coordinate (osrm-backend's issue 5845).
      if (code === 'NoSegment') throw new NoRoadNearError(await findFar(sent, places, signal))
      throw refused(code, message)
    }
    const table = readAnswer(tableSchema, answer)
    const isFar = (waypoints: readonly { distance: number }[]) => (_: number, i: number) =>
      (waypoints[i]?.distance ?? 0) > SNAP_MAX_M
    return {
      metres: table.distances,
      seconds: table.durations,
      farPlaces: [...sources.filter(isFar(table.sources)), ...targets.filter(isFar(table.destinations))],
    }
  }

  async function findFar(
    numbers: readonly number[],
    places: readonly Place[],
    signal: AbortSignal,
  ): Promise<number[]> {
    const far: number[] = []
    await doBounded(numbers, WIDTH, async (place) => {
      const url = `${base}/nearest/v1/driving/${write(places[place] as Place)}`
      const { answer } = await askServer({ url, signal }, patience)
      if (readAnswer(refusalSchema, answer).code === 'NoSegment') far.push(place)
    })
    if (far.length === 0) throw refused('NoSegment', 'for a table of places of which each has one')
    return far
  }

  async function askRoute(places: readonly Place[], signal: AbortSignal): Promise<Leg | null> {
    const path = `route/v1/driving/${places.map(write).join(';')}?overview=full&geometries=geojson`
    const { status, answer } = await askServer({ url: `${base}/${path}`, signal }, patience)
    if (status !== 200) {
      const { code, message } = readAnswer(refusalSchema, answer)
      if (code === 'NoRoute' || code === 'NoSegment') return null
      throw refused(code, message)
    }
    return readAnswer(routeSchema, answer).routes[0]?.geometry.coordinates ?? null
  }

  function readAnswer<T>(schema: z.ZodType<T>, answer: unknown): T {
    const result = schema.safeParse(answer)
    if (result.success) return result.data
    throw new KerbsideError('ROADS_UNAVAILABLE', `${base} answers something other than OSRM does`, {
      cause: result.error,
    })
  }

  function refused(code: string, message: string): KerbsideError {
    return new KerbsideError('ROADS_UNAVAILABLE', `${base} refuses: ${code} ${message}`)
  }
}

/** Seven digits are a centimetre. */
function write({ longitude, latitude }: Place): string {
  return `${longitude.toFixed(7)},${latitude.toFixed(7)}`
}
