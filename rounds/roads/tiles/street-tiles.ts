/** The streets of a map as vector tiles, for those who show it. */
export interface StreetTiles {
  /** West, south, east, north, in degrees. */
  readonly bounds: readonly [number, number, number, number]
  /**
   * A tile as of the Mapbox Vector Tile Specification 2.1, with a layer `streets` of lines with `class`, as in `ROAD_CLASSES`,
   * and `name` where there is one; no bytes where it has no street. Rejects with a KerbsideError: BUSY where too many
   * are waited for, ROADS_UNAVAILABLE once the roads are closed.
   */
  cut(tile: TileAddress): Promise<Uint8Array>
}

/** As every web map counts: `x` from west, `y` from north, 2^z of each. */
export interface TileAddress {
  /** `STREET_ZOOM_MIN` to `STREET_ZOOM_MAX`. */
  readonly z: number
  readonly x: number
  readonly y: number
}

/** Farther out, a country's motorways are a smudge. */
export const STREET_ZOOM_MIN = 5
/** Half a metre is told apart here, so that a map can enlarge these. */
export const STREET_ZOOM_MAX = 14

/** Where a tile begins and ends on each axis; lines go on beyond it by the buffer, so that their ends are not seen. */
export const TILE_EXTENT = 4096
export const TILE_BUFFER = 64
