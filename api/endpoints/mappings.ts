import { z } from 'zod'
import { KerbsideError } from '../../model/error.ts'
import { idSchema } from '../../model/id.ts'
import { type Mapping, mappingSchema, newMappingSchema } from '../../model/mapping.ts'
import type { Page, PageQuery } from '../../model/page.ts'
import { formatTime } from '../../model/time.ts'
import type { MappingVersion } from '../../registry/registry.ts'
import { answers, answersEmpty, documented } from '../documented.ts'
import { findMapping, isReady, readyMappings } from '../find-mapping.ts'
import { pageOf, pageQuery, sendPage } from '../page.ts'
import type { Api, ApiParts } from '../parts.ts'
import { actorOf } from '../rights.ts'
import { authorityParams, schemas } from '../schemas.ts'

const shownSchema = z.object({
  ...mappingSchema.shape,
  isReady: z.boolean().describe('It comes with Kerbside, and cannot be changed'),
})
const versionSchema = z.object({
  ...mappingSchema.shape,
  createdTime: z.iso.datetime().describe('Uplinks since then were read by it, until the next version'),
})
schemas.add(newMappingSchema, { id: 'NewMapping' })
schemas.add(shownSchema, { id: 'Mapping' })

/** How makers' payloads are read. */
export function registerMappings(
  app: Api,
  { registry, publicUrl = '' }: Pick<ApiParts, 'registry' | 'publicUrl'>,
): void {
  const url = '/v1/authorities/:authority/mappings'
  const params = authorityParams.extend({ id: idSchema })

  app.get(
    url,
    {
      config: { scope: 'read' },
      schema: {
        ...documented(
          'devices',
          'listMappings',
          "List how makers' payloads are read",
          "An authority's own mappings, and the ready ones that come with Kerbside.",
        ),
        params: authorityParams,
        querystring: pageQuery,
        response: answers(200, 'A page of mappings', pageOf(shownSchema)),
      },
    },
    async (request, reply) => {
      const own = await registry.listMappings(request.params.authority, request.query)
      return sendPage(request, reply, withReady(own, request.query), show, publicUrl)
    },
  )

  app.post(
    url,
    {
      config: { scope: 'operate' },
      schema: {
        ...documented(
          'devices',
          'createMapping',
          "Say how a maker's payloads are read",
          'Each rule says which field of the decoded payload becomes which field of a reading; devices name the mapping in their setting `mapping`. `POST …/mappings/try` tells what it makes of a sample.',
        ),
        params: authorityParams,
        body: newMappingSchema,
        response: answers(201, 'Created', shownSchema),
      },
    },
    async (request, reply) => {
      const { authority } = request.params
      refuseReady(request.body.id)
      const created = await registry.createMapping(authority, request.body, actorOf(request))
      reply.header('location', `${publicUrl}/v1/authorities/${authority}/mappings/${created.id}`)
      return reply.code(201).send(show(created))
    },
  )

  app.get(
    `${url}/:id`,
    {
      config: { scope: 'read' },
      schema: {
        ...documented('devices', 'getMapping', 'Get a mapping, in the version that is in use'),
        params,
        response: answers(200, 'The mapping', shownSchema),
      },
    },
    async ({ params: { authority, id } }) => show(await getMapping(authority, id)),
  )

  app.get(
    `${url}/:id/versions`,
    {
      config: { scope: 'read' },
      schema: {
        ...documented(
          'devices',
          'listMappingVersions',
          'List the versions of a mapping, newest first',
          'The last 50. A ready mapping has the one that it comes with.',
        ),
        params,
        response: answers(200, 'The versions', z.object({ items: z.array(versionSchema) })),
      },
    },
    async ({ params: { authority, id } }) => {
      const mapping = await getMapping(authority, id)
      if (isReady(mapping)) return { items: [formatVersion({ mapping, createdTime: 0 })] }
      return { items: (await registry.listMappingVersions(authority, id)).map(formatVersion) }
    },
  )

  app.put(
    `${url}/:id`,
    {
      config: { scope: 'operate' },
      schema: {
        ...documented(
          'devices',
          'updateMapping',
          'Replace a mapping',
          'It becomes its next version, by which uplinks are read from now on; earlier versions are kept.',
        ),
        params,
        body: newMappingSchema,
        response: answers(200, 'As it is now', shownSchema),
      },
    },
    async (request) => {
      const { authority, id } = request.params
      if (request.body.id !== id) {
        const faults = [{ path: 'id', message: `must be ${id}, as the address says` }]
        throw new KerbsideError('INVALID_REQUEST', 'The body is not as it should be', { faults })
      }
      if (isReady(await getMapping(authority, id))) refuseReady(id)
      return show(await registry.updateMapping(authority, request.body, actorOf(request)))
    },
  )

  app.delete(
    `${url}/:id`,
    {
      config: { scope: 'operate' },
      schema: {
        ...documented(
          'devices',
          'deleteMapping',
          'Delete a mapping',
          'Refused while devices are read by it.',
        ),
        params,
        response: answersEmpty('Deleted'),
      },
    },
    async (request, reply) => {
      const { authority, id } = request.params
      if (isReady(await getMapping(authority, id))) refuseReady(id)
      await registry.deleteMapping(authority, id, actorOf(request))
      return reply.code(204).send()
    },
  )

  async function getMapping(authority: string, id: string): Promise<Mapping> {
    const mapping = await findMapping(registry, authority, id)
    if (!mapping) throw new KerbsideError('NOT_FOUND', `There is no mapping "${id}".`)
    return mapping
  }
}

function refuseReady(id: string): void {
  if (!readyMappings.some((mapping) => mapping.id === id)) return
  const message = `The mapping "${id}" comes with Kerbside and cannot be changed: make one of your own by another id.`
  throw new KerbsideError('CONFLICT', message, { faults: [{ path: 'id', message }] })
}

/** A page of an authority's own with the ready ones in between, in the order of their ids. */
function withReady(own: Page<Mapping>, { after = '', limit }: PageQuery): Page<Mapping> {
  const ids = new Set(own.items.map(({ id }) => id))
  const ready = readyMappings.filter(({ id }) => id > after && !ids.has(id))
  const all = [...own.items, ...ready].sort((a, b) => (a.id < b.id ? -1 : 1))
  const items = all.slice(0, limit)
  const isMore = own.next !== null || all.length > items.length
  return { items, next: isMore ? (items.at(-1)?.id ?? null) : null }
}

function show(mapping: Mapping): z.infer<typeof shownSchema> {
  return { ...mapping, isReady: isReady(mapping) }
}

function formatVersion({ mapping, createdTime }: MappingVersion): z.infer<typeof versionSchema> {
  return { ...mapping, createdTime: formatTime(createdTime) }
}
