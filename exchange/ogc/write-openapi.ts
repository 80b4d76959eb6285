import type { OgcCollection } from './collections.ts'
import { GEO_JSON, HTML, JSON_TYPE } from './links.ts'

interface DescribedApi {
  /** The address of the landing page. */
  readonly root: string
  /** What people call the authority. */
  readonly authority: string
  readonly version: string
  readonly collections: readonly OgcCollection[]
  readonly limit: { readonly default: number; readonly max: number }
}

/** What OGC API – Features asks for as OpenAPI 3.0: the paths of one authority, with the parameters of each collection. */
export function writeOgcOpenapi({ root, authority, version, collections, limit }: DescribedApi): object {
  const paths = {
    '/': get('getLandingPage', 'The landing page', JSON_TYPE, 'LandingPage'),
    '/conformance': get('getConformance', 'What of the standard is kept to', JSON_TYPE, 'Conformance'),
    '/collections': get('getCollections', 'The collections', JSON_TYPE, 'Collections'),
    ...Object.fromEntries(
      collections.flatMap(({ id, queryables, hasTime }) => [
        [`/collections/${id}`, get(`describe.${id}`, `The collection ${id}`, JSON_TYPE, 'Collection')],
        [
          `/collections/${id}/items`,
          get(`list.${id}`, `The items of ${id}`, GEO_JSON, 'FeatureCollection', [
            ref('limit'),
            ref('bbox'),
            ...(hasTime ? [ref('datetime')] : []),
            ref('after'),
            ...queryables.map((name) => ({
              name,
              in: 'query',
              description: `Only items whose ${name} is this`,
              schema: { type: 'string' },
            })),
          ]),
        ],
        [
          `/collections/${id}/items/{featureId}`,
          get(`get.${id}`, `An item of ${id}`, GEO_JSON, 'Feature', [ref('featureId')]),
        ],
      ]),
    ),
  }
  return {
    openapi: '3.0.3',
    info: { title: `Open data of ${authority}`, description: 'OGC API – Features – Part 1: Core', version },
    servers: [{ url: root }],
    paths,
    components: { parameters: describeParameters(limit), schemas: SCHEMAS },
  }
}

function get(
  operationId: string,
  summary: string,
  mediaType: string,
  schema: string,
  parameters: readonly object[] = [],
): object {
  return {
    get: {
      operationId,
      summary,
      parameters: [ref('f'), ...parameters],
      responses: {
        200: {
          description: summary,
          content: {
            [mediaType]: { schema: { $ref: `#/components/schemas/${schema}` } },
            [HTML]: { schema: { type: 'string' } },
          },
        },
        400: { description: 'A parameter is not known, or not as it should be' },
        404: { description: 'It is not there' },
      },
    },
  }
}

function ref(parameter: string): object {
  return { $ref: `#/components/parameters/${parameter}` }
}

function describeParameters(limit: DescribedApi['limit']): object {
  const query = (name: string, description: string, schema: object, style?: object) => ({
    [name]: { name, in: 'query', description, schema, ...style },
  })
  return {
    ...query('f', 'JSON, or a page for people; without it, as the header Accept says', {
      type: 'string',
      enum: ['json', 'html'],
    }),
    ...query('limit', 'How many items a page has at most', {
      type: 'integer',
      minimum: 1,
      maximum: limit.max,
      default: limit.default,
    }),
    ...query(
      'bbox',
      'West, south, east, north in degrees; or with the heights, which are left out',
      { type: 'array', minItems: 4, maxItems: 6, items: { type: 'number' } },
      { style: 'form', explode: false },
    ),
    ...query('datetime', 'A time as of RFC 3339, or two with a slash between them, of which one may be ..', {
      type: 'string',
    }),
    ...query('after', 'Of the link to the next page', { type: 'string' }),
    featureId: { name: 'featureId', in: 'path', required: true, schema: { type: 'string' } },
  }
}

const TEXT = { type: 'string' }
const LINKS = { type: 'array', items: { $ref: '#/components/schemas/Link' } }
const NUMBERS = { type: 'array', items: { type: 'number' } }

const SCHEMAS = {
  Link: {
    type: 'object',
    required: ['href', 'rel'],
    properties: { href: TEXT, rel: TEXT, type: TEXT, title: TEXT },
  },
  LandingPage: {
    type: 'object',
    required: ['links'],
    properties: { title: TEXT, description: TEXT, links: LINKS },
  },
  Conformance: {
    type: 'object',
    required: ['conformsTo'],
    properties: { conformsTo: { type: 'array', items: TEXT } },
  },
  Collections: {
    type: 'object',
    required: ['links', 'collections'],
    properties: {
      links: LINKS,
      collections: { type: 'array', items: { $ref: '#/components/schemas/Collection' } },
    },
  },
  Collection: {
    type: 'object',
    required: ['id', 'links'],
    properties: {
      id: TEXT,
      title: TEXT,
      description: TEXT,
      attribution: TEXT,
      delaySeconds: { type: 'integer' },
      extent: { type: 'object' },
      itemType: TEXT,
      crs: { type: 'array', items: TEXT },
      links: LINKS,
    },
  },
  FeatureCollection: {
    type: 'object',
    required: ['type', 'features'],
    properties: {
      type: { type: 'string', enum: ['FeatureCollection'] },
      features: { type: 'array', items: { $ref: '#/components/schemas/Feature' } },
      links: LINKS,
      timeStamp: { type: 'string', format: 'date-time' },
      numberMatched: { type: 'integer', minimum: 0 },
      numberReturned: { type: 'integer', minimum: 0 },
      licence: TEXT,
      attribution: TEXT,
    },
  },
  Feature: {
    type: 'object',
    required: ['type', 'geometry', 'properties'],
    properties: {
      type: { type: 'string', enum: ['Feature'] },
      id: TEXT,
      geometry: {
        type: 'object',
        nullable: true,
        properties: { type: { type: 'string', enum: ['Point'] }, coordinates: NUMBERS },
      },
      properties: { type: 'object', nullable: true },
      links: LINKS,
    },
  },
}
