import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import { createJsonSchemaTransform, createJsonSchemaTransformObject } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Api, ApiParts } from './parts.ts'
import { schemas } from './schemas.ts'

/** The OpenAPI document at `/openapi.json`, made from the endpoints' schemas, and a page that shows it at `/docs`. */
export async function addDocs(app: Api, { version, publicUrl }: ApiParts): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Kerbside',
        description: DESCRIPTION,
        version,
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } as { name: string },
      },
      servers: [{ url: publicUrl ?? '/' }],
      tags: TAGS,
      components: {
        securitySchemes: {
          key: {
            type: 'http',
            scheme: 'bearer',
            description: "An authority's key, or the installation's own.",
          },
        },
      },
    },
    transform: createJsonSchemaTransform({ schemaRegistry: schemas }),
    transformObject: (document) => {
      const described = createJsonSchemaTransformObject({ schemaRegistry: schemas })(document)
      leaveBodiesOptional(app, described)
      return described
    },
  })

  await app.register(async (docs) => {
    docs.addHook('onRoute', (route) => {
      route.config = { ...route.config, scope: 'public' }
      route.schema = { ...route.schema, hide: true }
    })
    await docs.register(swaggerUi, {
      routePrefix: '/docs',
      // Its own default would have browsers load the page's files by https alone.
      staticCSP: CONTENT_SECURITY_POLICY,
      uiConfig: { deepLinking: true, persistAuthorization: false, displayRequestDuration: true },
    })
  })

  let document: string | undefined
  app.get(
    '/openapi.json',
    { config: { scope: 'public' }, schema: { hide: true } },
    async (_request, reply) => {
      document ??= JSON.stringify(app.swagger(), tidySchemas)
      return reply.type('application/json; charset=utf-8').send(document)
    },
  )
}

/** The plug-in takes every body for required. */
function leaveBodiesOptional(app: Api, { paths = {} }: { paths?: unknown }): void {
  const operations = paths as Record<string, Record<string, { requestBody?: { required?: boolean } }>>
  for (const { method, url, schema } of app.knownRoutes) {
    if (!(schema.body instanceof z.ZodOptional || schema.body instanceof z.ZodDefault)) continue
    const operation = operations[url.replaceAll(/:(\w+)/g, '{$1}')]?.[method.toLowerCase()]
    if (operation?.requestBody) operation.requestBody.required = false
  }
}

/**
 * A time's format says it all; its pattern is as long as the rest of a schema. What places of a list have as schemas of their own is
 * read by tools in different ways, or not at all: here each place may be any of them.
 */
function tidySchemas(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if ('prefixItems' in value) {
    const { prefixItems, ...rest } = value
    return { ...rest, items: { anyOf: prefixItems } }
  }
  if (!('format' in value) || !('pattern' in value)) return value
  const { pattern, ...rest } = value
  return rest
}

const CONTENT_SECURITY_POLICY =
  "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; object-src 'none'; frame-ancestors 'self'"

const DESCRIPTION =
  'Readings of bins, traffic counters, stop displays and vehicles. Times are RFC 3339 in UTC; units are last in a ' +
  "field's name; coordinates in arrays are [longitude, latitude]. Lists come in pages: follow `next`, or the `Link` header. " +
  'Query parameters (but of feeds, health and metrics) and fields that are not known are refused. Errors are RFC 9457 problems with a stable `code`; a method ' +
  'that a path does not have is 405 and says in `Allow` which it has. What devices publish over MQTT is at `/asyncapi.json`.'

const TAGS = [
  { name: 'authorities', description: 'Who runs devices: a town, a district, an operator.' },
  { name: 'devices', description: 'What is registered, its credentials, and its readings.' },
  { name: 'maps', description: 'The latest of each device, as GeoJSON.' },
  { name: 'open-data', description: 'What an authority publishes, in the formats of others.' },
  { name: 'ingest', description: 'What became of what was published.' },
  { name: 'sites', description: 'Depots, tips and lorries.' },
  { name: 'rounds', description: 'Rounds of bin lorries.' },
  { name: 'transit', description: 'Feeds of public transport.' },
  { name: 'alerts', description: 'What operations teams have to look at.' },
  { name: 'reports', description: 'What people report, by Open311 (GeoReport v2), and what becomes of it.' },
  { name: 'keys', description: 'Who may use the API, and who did what.' },
  { name: 'shares', description: 'What authorities let each other use.' },
  { name: 'operation', description: 'Is it alive, is it ready, how much does it do.' },
]
