import { z } from 'zod'
import { PUBLISHABLE } from '../../model/authority.ts'
import { KerbsideError } from '../../model/error.ts'
import { STREET_ZOOM_MAX, STREET_ZOOM_MIN } from '../../rounds/roads/tiles/street-tiles.ts'
import { baseUrlOf } from '../base-url.ts'
import { answers, answersEmpty, answersWith, documentedPublishable } from '../documented.ts'
import type { Api, ApiParts } from '../parts.ts'
import { authorityParams, schemas } from '../schemas.ts'
import { SERVED_ROUTE, serveBody } from '../served-body.ts'
import { createStreetTileBodies, TILE_MEDIA_TYPE } from '../street-tiles.ts'

/** TileJSON 3.0.0. */
const tileJsonSchema = z.object({
  tilejson: z.literal('3.0.0'),
  name: z.string(),
  /** Whom to name on the map; not there where nobody asks for it. */
  attribution: z.string().optional(),
  /** Addresses with `{z}`, `{x}` and `{y}` in them. */
  tiles: z.array(z.string()),
  minzoom: z.number(),
  maxzoom: z.number(),
  /** West, south, east, north, in degrees. */
  bounds: z.array(z.number()),
  vector_layers: z.array(z.object({ id: z.string(), fields: z.record(z.string(), z.string()) })),
})
schemas.add(tileJsonSchema, { id: 'TileJson' })

const tileParams = authorityParams
  .extend({
    z: z.coerce.number().int().min(STREET_ZOOM_MIN).max(STREET_ZOOM_MAX),
    x: z.coerce.number().int().min(0),
    y: z.coerce.number().int().min(0),
  })
  .superRefine(({ z: zoom, x, y }, context) => {
    for (const [path, value] of Object.entries({ x, y })) {
      if (value < 2 ** zoom) continue
      context.addIssue({
        code: 'custom',
        path: [path],
        message: `must be less than ${2 ** zoom} at zoom ${zoom}`,
      })
    }
  })

const TILE_PATH = 'v1/authorities/:authority/streets/:z/:x/:y.mvt'
/** How long a map keeps a tile without asking again. */
const FRESH_SECONDS = 3_600

/** The streets that rounds are planned on, for maps. */
export function registerStreets(app: Api, { roads, publicUrl }: ApiParts): void {
  const streets = roads?.streets
  const bodies = streets && createStreetTileBodies(streets)

  app.get(
    '/v1/authorities/:authority/streets',
    {
      config: { scope: 'read', published: PUBLISHABLE },
      schema: {
        ...documentedPublishable(
          'maps',
          'getStreets',
          'Get where the tiles of the streets are, as TileJSON 3.0.0',
          'They are those that rounds are planned on: an imported map, or the simulated town. Of an OSRM or Valhalla server, and of straight lines, there are none: 404. Read without a key where the authority has published anything.',
        ),
        params: authorityParams,
        response: answers(200, 'The description of the tiles', tileJsonSchema),
      },
    },
    async (request) => {
      const { bounds } = streets ?? refuse()
      const base = baseUrlOf(request, publicUrl)
      const path = TILE_PATH.replace(':authority', request.params.authority).replaceAll(/:([zxy])/g, '{$1}')
      return {
        tilejson: '3.0.0' as const,
        name: 'Streets',
        ...(roads?.attribution && { attribution: roads.attribution }),
        tiles: [`${base}/${path}`],
        minzoom: STREET_ZOOM_MIN,
        maxzoom: STREET_ZOOM_MAX,
        bounds: [...bounds],
        vector_layers: [
          { id: 'streets', fields: { class: 'As OpenStreetMap’s highway', name: 'If it has one' } },
        ],
      }
    },
  )

  app.get(
    `/${TILE_PATH}`,
    {
      ...SERVED_ROUTE,
      config: { scope: 'read', published: PUBLISHABLE, isQuiet: true },
      schema: {
        ...documentedPublishable(
          'maps',
          'getStreetTile',
          'Get a tile of the streets, as a Mapbox Vector Tile',
          `A layer \`streets\` of lines with \`class\`, as OpenStreetMap’s \`highway\`, and \`name\`. From zoom ${STREET_ZOOM_MIN} to ${STREET_ZOOM_MAX}: of larger ones the map enlarges the last.`,
        ),
        params: tileParams,
        response: {
          ...answersEmpty('No street is there'),
          ...answersWith(200, 'The tile', {
            [TILE_MEDIA_TYPE]: { schema: z.string().meta({ format: 'binary' }) },
          }),
          304: z.undefined().describe('It is the one that the client has'),
        },
      },
    },
    async (request, reply) => {
      const body = await (bodies ?? refuse()).get(request.params)
      const cacheControl = `${request.caller ? 'private' : 'public'}, max-age=${FRESH_SECONDS}`
      if (!body)
        return reply
          .header('cache-control', cacheControl)
          .code(204)
          .send(undefined as never) as never
      return serveBody(request, reply, body, () => reply.header('cache-control', cacheControl))
    },
  )
}

function refuse(): never {
  throw new KerbsideError(
    'NOT_FOUND',
    'No streets are known here: they are those of a map, which kerbside import osm FILE.osm.pbf imports, with KERBSIDE_ROADS=graph:',
  )
}
