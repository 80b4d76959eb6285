import { z } from 'zod'
import type { Timetable } from '../../transit/timetable/timetable.ts'
import { weakETag } from '../conditional-get.ts'
import { answersWith, documentedPublishable } from '../documented.ts'
import type { KnownCallers } from '../known-callers.ts'
import { chooseDataset, type Terms, termsOf, termsShape } from '../licences.ts'
import type { Api, ApiParts } from '../parts.ts'
import { authorityParams } from '../schemas.ts'
import { listStopFeatures, stopFeatureSchema } from '../stop-features.ts'
import { sendWritten } from '../written.ts'

/** Which datasets stops are part of. */
const PUBLISHED = ['departures', 'gtfs'] as const
const GEO_JSON = 'application/geo+json'
const stopsSchema = z.object({
  type: z.literal('FeatureCollection'),
  ...termsShape,
  features: z.array(stopFeatureSchema),
})

interface WrittenStops {
  readonly terms: string
  readonly body: string
  readonly etag: string
}

/** Written once for each timetable and what is said of its use, and let go with it. */
const written = new WeakMap<Timetable, WrittenStops>()

/** The stops of an authority's timetable, as GeoJSON. */
export function registerStops(app: Api, { timetables }: ApiParts, known: KnownCallers): void {
  app.get(
    '/v1/authorities/:authority/stops',
    {
      config: { scope: 'read', published: PUBLISHED, isLicensed: true },
      schema: {
        ...documentedPublishable(
          'transit',
          'mapStops',
          'The stops on a map, each with the routes that call there',
          'All of the timetable in use; none where there is no timetable.',
        ),
        params: authorityParams,
        response: answersWith(200, 'GeoJSON; the geometry is null where the place is not known', {
          [GEO_JSON]: { schema: stopsSchema },
        }),
      },
    },
    async (request, reply) => {
      const { authority } = request.params
      const timetable = await timetables?.find(authority)
      const found = await known.getAuthority(authority)
      const { body, etag } = timetable
        ? writeStops(timetable, termsOf(found, chooseDataset(found, PUBLISHED)))
        : NONE
      reply.header('etag', etag)
      return sendWritten(reply, `${GEO_JSON}; charset=utf-8`, body)
    },
  )
}

const EMPTY = '{"type":"FeatureCollection","features":[]}'
const NONE = { body: EMPTY, etag: weakETag(EMPTY) }

function writeStops(timetable: Timetable, terms: Terms): WrittenStops {
  const known = written.get(timetable)
  if (known?.terms === JSON.stringify(terms)) return known
  const features = listStopFeatures(timetable)
  const body = JSON.stringify({ type: 'FeatureCollection', ...terms, features })
  const made = { terms: JSON.stringify(terms), body, etag: weakETag(body) }
  written.set(timetable, made)
  return made
}
