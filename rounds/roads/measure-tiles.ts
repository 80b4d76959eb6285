import { doBounded } from './ask-server.ts'
import { nameUnreachable } from './name-unreachable.ts'
import type { Place } from './place.ts'
import { type RoadTable, UNREACHABLE, type UnreachablePlace } from './roads.ts'

/** A part of the table: rows and columns by the numbers of their places. */
export interface Tile {
  readonly sources: readonly number[]
  readonly targets: readonly number[]
}

/** By source and target of the tile; null where there is no way. */
export interface TileAnswer {
  readonly metres: readonly (readonly (number | null)[])[]
  readonly seconds: readonly (readonly (number | null)[])[]
  /** Places that the server took to a road farther away than anyone walks. */
  readonly farPlaces?: readonly number[]
}

/** Thrown by whoever asks for a tile: the server refused it for the sake of these places, which are beside no road. */
export class NoRoadNearError extends Error {
  readonly places: readonly number[]

  constructor(places: readonly number[]) {
    super(`no road is near the places ${places.join(', ')}`)
    this.name = 'NoRoadNearError'
    this.places = places
  }
}

interface TiledMeasure {
  /** Rows and columns of a tile. */
  readonly tileSize: number
  /** Tiles asked for at a time. */
  readonly width: number
  ask(tile: Tile): Promise<TileAnswer>
}

/** A table asked for in tiles, as large as the server allows. Places without a road are left out and named. */
export async function measureTiles(
  places: readonly Place[],
  { tileSize, width, ask }: TiledMeasure,
): Promise<RoadTable> {
  const count = places.length
  const distances = new Int32Array(count * count).fill(UNREACHABLE)
  const durations = new Int32Array(count * count).fill(UNREACHABLE)
  const reasons = new Map<number, UnreachablePlace['reason']>()
  await doBounded(listTiles(), width, fillTile)
  for (let place = 0; place < count; place++) {
    if (reasons.has(place)) continue
    distances[place * count + place] = 0
    durations[place * count + place] = 0
  }
  return nameUnreachable({ distances, durations }, count, (place) => reasons.get(place))

  function listTiles(): Tile[] {
    const groups: number[][] = []
    for (let from = 0; from < count; from += tileSize) {
      groups.push(Array.from({ length: Math.min(tileSize, count - from) }, (_, i) => from + i))
    }
    return groups.flatMap((sources) => groups.map((targets) => ({ sources, targets })))
  }

  async function fillTile(tile: Tile): Promise<void> {
    const isKnown = (place: number): boolean => !reasons.has(place)
    const sources = tile.sources.filter(isKnown)
    const targets = tile.targets.filter(isKnown)
    if (sources.length === 0 || targets.length === 0) return
    try {
      const { metres, seconds, farPlaces = [] } = await ask({ sources, targets })
      for (const place of farPlaces) reasons.set(place, 'no_road_near')
      for (const [i, source] of sources.entries()) {
        for (const [j, target] of targets.entries()) {
          const distance = metres[i]?.[j] ?? null
          const duration = seconds[i]?.[j] ?? null
          if (distance === null || duration === null) continue
          distances[source * count + target] = Math.ceil(distance)
          durations[source * count + target] = Math.ceil(duration)
        }
      }
    } catch (error) {
      // Each time at least one place is left out, so this comes to an end.
      if (!(error instanceof NoRoadNearError) || error.places.length === 0) throw error
      for (const place of error.places) reasons.set(place, 'no_road_near')
      await fillTile(tile)
    }
  }
}
