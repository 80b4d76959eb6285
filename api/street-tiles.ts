import type { Roads } from '../rounds/roads/roads.ts'
import { weakETag } from './conditional-get.ts'
import { createServedBody, type ServedBody } from './served-body.ts'
import { createSharedValues } from './shared-values.ts'

export const TILE_MEDIA_TYPE = 'application/vnd.mapbox-vector-tile'

/** Tiles as they are sent, for all authorities: the roads are the installation's. */
export interface StreetTileBodies {
  /** Undefined where a tile has no street. Rejects as `StreetTiles.cut` does. */
  get(tile: { z: number; x: number; y: number }): Promise<ServedBody | undefined>
}

/** Some 10 KB each, and 100 KB for the middle of a large city. */
const TILES_MAX = 300

export function createStreetTileBodies({ cut }: NonNullable<Roads['streets']>): StreetTileBodies {
  const bodies = createSharedValues({
    // Streets change with the next start.
    freshMs: Number.POSITIVE_INFINITY,
    valuesMax: TILES_MAX,
    now: () => 0,
    async make(key) {
      const [z, x, y] = key.split('/').map(Number) as [number, number, number]
      const plain = Buffer.from(await cut({ z, x, y }))
      if (plain.length === 0) return undefined
      return createServedBody({
        mediaType: TILE_MEDIA_TYPE,
        etag: weakETag(plain),
        modifiedTime: undefined,
        plain,
      })
    },
  })
  return { get: ({ z, x, y }) => bodies.get(`${z}/${x}/${y}`) }
}
