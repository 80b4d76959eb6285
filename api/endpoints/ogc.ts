import { z } from 'zod'
import { OGC_CONFORMANCE } from '../../exchange/ogc/collections.ts'
import { JSON_TYPE, linkLandingPage, OPENAPI_TYPE } from '../../exchange/ogc/links.ts'
import { writeOgcOpenapi } from '../../exchange/ogc/write-openapi.ts'
import { writeConformanceHtml, writeLandingHtml } from '../../exchange/ogc/write-pages.ts'
import { baseUrlOf } from '../base-url.ts'
import type { DatasetViews } from '../dataset-views.ts'
import { answersWith, documentedPublishable } from '../documented.ts'
import type { KnownCallers } from '../known-callers.ts'
import { answersEither, formatQuery, sendEither } from '../ogc/answer-format.ts'
import { ITEMS_LIMIT } from '../ogc/items-query.ts'
import { createOgcReader, OGC_CONFIG, OGC_PATH } from '../ogc/ogc-reader.ts'
import { conformanceSchema, landingSchema } from '../ogc/ogc-schemas.ts'
import { listCollections } from '../ogc/read-collections.ts'
import type { Api, ApiParts } from '../parts.ts'
import { authorityParams } from '../schemas.ts'
import { sendWritten } from '../written.ts'
import { registerOgcCollections } from './ogc-collections.ts'
import { registerOgcItems } from './ogc-items.ts'

/** OGC API – Features – Part 1: Core (OGC 17-069r4), of what an authority publishes. */
export function registerOgc(
  app: Api,
  parts: ApiParts,
  views: { readonly datasets: DatasetViews; readonly known: KnownCallers },
): void {
  const { publicUrl, version } = parts
  const ogc = createOgcReader(parts, views)

  app.get(
    OGC_PATH,
    {
      config: OGC_CONFIG,
      schema: {
        ...documentedPublishable(
          'open-data',
          'getOgcLandingPage',
          'OGC API – Features: the landing page',
          'What is published, as other systems read it: GeoJSON in longitude and latitude (CRS84), and pages for people. Start here with any client of OGC API – Features – Part 1.',
        ),
        params: authorityParams,
        querystring: formatQuery,
        response: answersEither('The links', JSON_TYPE, landingSchema),
      },
    },
    async (request, reply) => {
      const { place } = await ogc.findPlace(request, request.params.authority)
      const links = linkLandingPage(place.root, `${baseUrlOf(request, publicUrl)}/docs`)
      const description = `What ${place.authority} publishes of its bins, counters, displays, vehicles and stops.`
      return sendEither(request, reply, {
        mediaType: JSON_TYPE,
        json: () => ({ title: `Open data of ${place.authority}`, description, links }),
        html: () => writeLandingHtml(place, description, links),
      })
    },
  )

  app.get(
    `${OGC_PATH}/conformance`,
    {
      config: OGC_CONFIG,
      schema: {
        ...documentedPublishable(
          'open-data',
          'getOgcConformance',
          'OGC API – Features: what of it is kept to',
        ),
        params: authorityParams,
        querystring: formatQuery,
        response: answersEither('The conformance classes', JSON_TYPE, conformanceSchema),
      },
    },
    async (request, reply) => {
      const { place } = await ogc.findPlace(request, request.params.authority)
      return sendEither(request, reply, {
        mediaType: JSON_TYPE,
        json: () => ({ conformsTo: OGC_CONFORMANCE }),
        html: () => writeConformanceHtml(place, OGC_CONFORMANCE),
      })
    },
  )

  app.get(
    `${OGC_PATH}/api`,
    {
      config: OGC_CONFIG,
      schema: {
        ...documentedPublishable(
          'open-data',
          'getOgcApi',
          'OGC API – Features: its description, as OpenAPI 3.0',
        ),
        params: authorityParams,
        response: answersWith(200, 'The document', {
          'application/vnd.oai.openapi+json': { schema: z.looseObject({ openapi: z.string() }) },
        }),
      },
    },
    async (request, reply) => {
      const { authority, place } = await ogc.findPlace(request, request.params.authority)
      const collections = listCollections(request, authority)
      const document = writeOgcOpenapi({ ...place, version, collections, limit: ITEMS_LIMIT })
      return sendWritten(reply, OPENAPI_TYPE, JSON.stringify(document))
    },
  )

  registerOgcCollections(app, ogc)
  registerOgcItems(app, parts, ogc)
}
