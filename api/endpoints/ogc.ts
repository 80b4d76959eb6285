import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { pickTerms } from '../../exchange/dataset-terms.ts'
import { OGC_COLLECTIONS, OGC_CONFORMANCE, OGC_QUERYABLES } from '../../exchange/ogc/collections.ts'
import { describeCollection } from '../../exchange/ogc/describe-collection.ts'
import {
  addParameters,
  GEO_JSON,
  HTML,
  JSON_TYPE,
  linkEncodings,
  linkLandingPage,
  OPENAPI_TYPE,
} from '../../exchange/ogc/links.ts'
import { parseBoundingBox, parseDatetime } from '../../exchange/ogc/parse-parameters.ts'
import { selectFeatures } from '../../exchange/ogc/select-features.ts'
import { writeOgcOpenapi } from '../../exchange/ogc/write-openapi.ts'
import {
  writeCollectionHtml,
  writeCollectionsHtml,
  writeConformanceHtml,
  writeItemHtml,
  writeItemsHtml,
  writeLandingHtml,
} from '../../exchange/ogc/write-pages.ts'
import { KerbsideError } from '../../model/error.ts'
import { formatTime } from '../../model/time.ts'
import { baseUrlOf } from '../base-url.ts'
import type { DatasetViews } from '../dataset-views.ts'
import { answersWith, documentedPublishable } from '../documented.ts'
import type { KnownCallers } from '../known-callers.ts'
import { termsShape } from '../licences.ts'
import { formatQuery, sendEither } from '../ogc/answer-format.ts'
import {
  getCollection,
  listCollections,
  type ReadCollection,
  readCollection,
} from '../ogc/read-collections.ts'
import type { Api, ApiParts } from '../parts.ts'
import { authorityParams, schemas } from '../schemas.ts'
import { sendWritten } from '../written.ts'

const LIMIT = { default: 100, max: 10_000 } as const

const linkSchema = z.object({
  href: z.string(),
  rel: z.string(),
  type: z.string().optional(),
  title: z.string().optional(),
})
const landingSchema = z.object({ title: z.string(), description: z.string(), links: z.array(linkSchema) })
const conformanceSchema = z.object({ conformsTo: z.array(z.string()) })
const collectionSchema = z.object({
  id: z.string(),
  title: z.string(),
  description: z.string(),
  attribution: termsShape.attribution,
  /** How old what is told is at least. */
  delaySeconds: z.int().optional(),
  extent: z
    .object({
      spatial: z.object({ bbox: z.array(z.array(z.number())), crs: z.string() }).optional(),
      temporal: z.object({ interval: z.array(z.array(z.string().nullable())) }).optional(),
    })
    .optional(),
  itemType: z.literal('feature'),
  crs: z.array(z.string()),
  links: z.array(linkSchema),
})
const collectionsSchema = z.object({ links: z.array(linkSchema), collections: z.array(collectionSchema) })
const featureShape = {
  type: z.literal('Feature'),
  id: z.string(),
  geometry: z.object({ type: z.literal('Point'), coordinates: z.array(z.number()).length(2) }).nullable(),
  properties: z.looseObject({}),
}
const itemSchema = z.object({ ...featureShape, links: z.array(linkSchema), ...termsShape })
const itemsSchema = z.object({
  type: z.literal('FeatureCollection'),
  ...termsShape,
  timeStamp: z.iso.datetime(),
  numberMatched: z.int(),
  numberReturned: z.int(),
  links: z.array(linkSchema),
  features: z.array(z.object(featureShape)),
})
schemas.add(collectionSchema, { id: 'OgcCollection' })
schemas.add(itemsSchema, { id: 'OgcItems' })

const collectionParams = authorityParams.extend({ collection: z.string().min(1).max(64) })
const itemParams = collectionParams.extend({ feature: z.string().min(1).max(200) })

/** A text that a parser of the standard's takes. */
function parsedText<T>(parse: (text: string) => T | undefined, message: string) {
  return z
    .string()
    .max(200)
    .transform((text, context) => {
      const parsed = parse(text)
      if (parsed !== undefined) return parsed
      context.addIssue({ code: 'custom', message })
      return z.NEVER
    })
    .optional()
}

const itemsQuery = formatQuery.extend({
  limit: z.coerce
    .number()
    .int()
    .min(1)
    // More than that is taken as that (17-069r4, 7.15.2).
    .transform((limit) => Math.min(limit, LIMIT.max))
    .default(LIMIT.default)
    .describe(`How many items a page has; more than ${LIMIT.max} is taken as that`),
  bbox: parsedText(
    parseBoundingBox,
    'must be west,south,east,north in degrees, with south not above north',
  ).describe('West, south, east, north in degrees; features without a place are not in it'),
  datetime: parsedText(
    parseDatetime,
    'must be an RFC 3339 time, or two with a slash between them, of which one may be ..',
  ).describe(
    "Of the features' own `time`: an RFC 3339 time, or two with a slash, such as `2026-02-16T00:00:00Z/..`",
  ),
  after: z.string().min(1).max(200).optional().describe('Of the link to the next page'),
  ...Object.fromEntries(
    OGC_QUERYABLES.map((name) => [
      name,
      z.string().max(200).optional().describe(`Only items whose \`${name}\` is this`),
    ]),
  ),
})

const PUBLISHED = [...new Set(OGC_COLLECTIONS.flatMap(({ datasets }) => datasets))]
const CONFIG = { scope: 'read', published: PUBLISHED } as const

/** OGC API – Features – Part 1: Core (OGC 17-069r4), of what an authority publishes. */
export function registerOgc(
  app: Api,
  parts: ApiParts,
  { datasets, known }: { readonly datasets: DatasetViews; readonly known: KnownCallers },
): void {
  const { timetables, clock, publicUrl, version } = parts
  const path = '/v1/authorities/:authority/ogc'
  const rootOf = (request: FastifyRequest, authority: string): string =>
    `${baseUrlOf(request, publicUrl)}${path.replace(':authority', authority)}`

  async function findPlace(request: FastifyRequest, id: string) {
    const authority = await known.getAuthority(id)
    return { authority, place: { root: rootOf(request, id), authority: authority.name } }
  }

  function describe(root: string, { collection, terms, features }: ReadCollection) {
    return describeCollection(collection, { root, terms, features })
  }

  async function open(request: FastifyRequest, reply: FastifyReply, id: string, collectionId: string) {
    const { authority, place } = await findPlace(request, id)
    const collection = getCollection(request, authority, collectionId)
    const read = await readCollection({ datasets, timetables }, request, authority, collection)
    if (read.terms.licence !== undefined) reply.header('link', `<${read.terms.licence}>; rel="license"`)
    return { ...read, place, described: describe(place.root, read) }
  }

  app.get(
    path,
    {
      config: CONFIG,
      schema: {
        ...documentedPublishable(
          'open-data',
          'getOgcLandingPage',
          'OGC API – Features: the landing page',
          'What is published, as other systems read it: GeoJSON in longitude and latitude (CRS84), and pages for people. Start here with any client of OGC API – Features – Part 1.',
        ),
        params: authorityParams,
        querystring: formatQuery,
        response: answersWith(200, 'The links', {
          [JSON_TYPE]: { schema: landingSchema },
          [HTML]: { schema: z.string() },
        }),
      },
    },
    async (request, reply) => {
      const { place } = await findPlace(request, request.params.authority)
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
    `${path}/conformance`,
    {
      config: CONFIG,
      schema: {
        ...documentedPublishable(
          'open-data',
          'getOgcConformance',
          'OGC API – Features: what of it is kept to',
        ),
        params: authorityParams,
        querystring: formatQuery,
        response: answersWith(200, 'The conformance classes', {
          [JSON_TYPE]: { schema: conformanceSchema },
          [HTML]: { schema: z.string() },
        }),
      },
    },
    async (request, reply) => {
      const { place } = await findPlace(request, request.params.authority)
      return sendEither(request, reply, {
        mediaType: JSON_TYPE,
        json: () => ({ conformsTo: OGC_CONFORMANCE }),
        html: () => writeConformanceHtml(place, OGC_CONFORMANCE),
      })
    },
  )

  app.get(
    `${path}/api`,
    {
      config: CONFIG,
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
      const { authority, place } = await findPlace(request, request.params.authority)
      const collections = listCollections(request, authority)
      const document = writeOgcOpenapi({ ...place, version, collections, limit: LIMIT })
      return sendWritten(reply, OPENAPI_TYPE, JSON.stringify(document))
    },
  )

  app.get(
    `${path}/collections`,
    {
      config: CONFIG,
      schema: {
        ...documentedPublishable('open-data', 'listOgcCollections', 'OGC API – Features: the collections'),
        params: authorityParams,
        querystring: formatQuery,
        response: answersWith(200, 'Those that are published', {
          [JSON_TYPE]: { schema: collectionsSchema },
          [HTML]: { schema: z.string() },
        }),
      },
    },
    async (request, reply) => {
      const { authority, place } = await findPlace(request, request.params.authority)
      const collections = await Promise.all(
        listCollections(request, authority).map(async (collection) =>
          describe(
            place.root,
            await readCollection({ datasets, timetables }, request, authority, collection),
          ),
        ),
      )
      return sendEither(request, reply, {
        mediaType: JSON_TYPE,
        json: () => ({
          links: linkEncodings(`${place.root}/collections`, 'self', 'The collections', [JSON_TYPE, HTML]),
          collections,
        }),
        html: () => writeCollectionsHtml(place, collections),
      })
    },
  )

  app.get(
    `${path}/collections/:collection`,
    {
      config: CONFIG,
      schema: {
        ...documentedPublishable('open-data', 'getOgcCollection', 'OGC API – Features: a collection'),
        params: collectionParams,
        querystring: formatQuery,
        response: answersWith(200, 'What it is, where, and since when', {
          [JSON_TYPE]: { schema: collectionSchema },
          [HTML]: { schema: z.string() },
        }),
      },
    },
    async (request, reply) => {
      const { authority, collection: id } = request.params
      const { place, described, collection, features } = await open(request, reply, authority, id)
      const { queryables } = collection
      return sendEither(request, reply, {
        mediaType: JSON_TYPE,
        json: () => described,
        html: () => writeCollectionHtml(place, described, { count: features.length, queryables }),
      })
    },
  )

  app.get(
    `${path}/collections/:collection/items`,
    {
      config: CONFIG,
      schema: {
        ...documentedPublishable(
          'open-data',
          'listOgcItems',
          'OGC API – Features: the items of a collection, as GeoJSON',
          'In the order of their ids; `next` among the links is the next page. Each device has its latest reading, when that was measured (`time`) and how old it is (`ageSeconds`). A collection takes only parameters of its own properties.',
        ),
        params: collectionParams,
        querystring: itemsQuery,
        response: answersWith(200, 'A page of them', {
          [GEO_JSON]: { schema: itemsSchema },
          [HTML]: { schema: z.string() },
        }),
      },
    },
    async (request, reply) => {
      const { authority, collection: id } = request.params
      const { place, described, collection, features, terms } = await open(request, reply, authority, id)
      const { f: _, limit, bbox, datetime, after, ...given } = request.query
      const properties = Object.entries(given as Record<string, string | undefined>).flatMap(
        ([name, value]) => (value === undefined ? [] : [[name, value] as const]),
      )
      for (const [name] of properties)
        if (!collection.queryables.includes(name)) throw refuse(name, collection)
      const { items, matched, next } = selectFeatures(features, { limit, after, bbox, datetime, properties })
      const self = `${baseUrlOf(request, publicUrl)}${request.url}`
      const links = [
        ...linkEncodings(self, 'self', 'This page', [GEO_JSON, HTML]),
        ...(next === undefined
          ? []
          : [
              {
                href: addParameters(self, { after: next, f: undefined }),
                rel: 'next',
                type: GEO_JSON,
                title: 'The next page',
              },
            ]),
        {
          href: `${place.root}/collections/${id}`,
          rel: 'collection',
          type: JSON_TYPE,
          title: described.title,
        },
        ...(terms.licence === undefined
          ? []
          : [{ href: terms.licence, rel: 'license', title: 'What it may be used for' }]),
      ]
      return sendEither(request, reply, {
        mediaType: GEO_JSON,
        stable: [
          links,
          matched,
          terms,
          items.map(({ properties: { ageSeconds: _age, ...rest }, ...item }) => [item, rest]),
        ],
        json: () => ({
          type: 'FeatureCollection',
          ...pickTerms(terms),
          timeStamp: formatTime(clock.now()),
          numberMatched: matched,
          numberReturned: items.length,
          links,
          features: items,
        }),
        html: () => writeItemsHtml(place, described, { items, matched, links, self }),
      })
    },
  )

  app.get(
    `${path}/collections/:collection/items/:feature`,
    {
      config: CONFIG,
      schema: {
        ...documentedPublishable('open-data', 'getOgcItem', 'OGC API – Features: an item of a collection'),
        params: itemParams,
        querystring: formatQuery,
        response: answersWith(200, 'The item', {
          [GEO_JSON]: { schema: itemSchema },
          [HTML]: { schema: z.string() },
        }),
      },
    },
    async (request, reply) => {
      const { authority, collection: id, feature } = request.params
      const { place, described, features, terms } = await open(request, reply, authority, id)
      const item = features.find((one) => one.id === feature)
      if (!item) throw new KerbsideError('NOT_FOUND', `There is no item "${feature}" in ${id}`)
      const { ageSeconds: _, ...stable } = item.properties
      const self = `${place.root}/collections/${id}/items/${encodeURIComponent(feature)}`
      return sendEither(request, reply, {
        mediaType: GEO_JSON,
        stable: [item.geometry, stable, terms],
        json: () => ({
          ...item,
          links: [
            ...linkEncodings(self, 'self', 'This item', [GEO_JSON, HTML]),
            {
              href: `${place.root}/collections/${id}`,
              rel: 'collection',
              type: JSON_TYPE,
              title: described.title,
            },
          ],
          ...pickTerms(terms),
        }),
        html: () => writeItemHtml(place, described, item),
      })
    },
  )
}

function refuse(
  name: string,
  { id, queryables }: { id: string; queryables: readonly string[] },
): KerbsideError {
  const message = `is no parameter of ${id}, which takes ${['f', 'limit', 'bbox', 'datetime', 'after', ...queryables].join(', ')}`
  return new KerbsideError('INVALID_REQUEST', `The query is not as it should be: ${name}: ${message}`, {
    faults: [{ path: name, message }],
  })
}
