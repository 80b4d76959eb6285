import { z } from 'zod'
import { type Collection, collectionSchema } from '../../model/collection.ts'
import { KerbsideError } from '../../model/error.ts'
import { idSchema } from '../../model/id.ts'
import { mergePatch } from '../../model/merge-patch.ts'
import { answers, answersEmpty, documented } from '../documented.ts'
import { describeZodError } from '../faults.ts'
import { pageOf, pageQuery, sendPage } from '../page.ts'
import type { Api, ApiParts } from '../parts.ts'
import { actorOf } from '../rights.ts'
import { authorityParams, patchOf, schemas } from '../schemas.ts'

const collectionPatchBody = patchOf(collectionSchema)
schemas.add(collectionSchema, { id: 'Collection' })
schemas.add(collectionPatchBody, { id: 'CollectionPatch' })

const { uprns: _, ...summaryShape } = collectionSchema.shape
const summarySchema = z.object({
  ...summaryShape,
  uprnCount: z.int().nullable().describe('How many households are named; null where none are'),
})

/** On which days bins are collected from households. */
export function registerCollections(app: Api, { registry, publicUrl = '' }: ApiParts): void {
  const url = '/v1/authorities/:authority/collections'
  const params = authorityParams.extend({ collection: idSchema })

  app.get(
    url,
    {
      config: { scope: 'read' },
      schema: {
        ...documented('sites', 'listCollections', 'List the collections from households'),
        params: authorityParams,
        querystring: pageQuery,
        response: answers(200, 'A page of collections, without their UPRNs', pageOf(summarySchema)),
      },
    },
    async (request, reply) => {
      const page = await registry.listCollections(request.params.authority, request.query)
      return sendPage(request, reply, page, ({ collection }) => collection, publicUrl)
    },
  )

  app.post(
    url,
    {
      config: { scope: 'operate' },
      schema: {
        ...documented(
          'sites',
          'createCollection',
          'Say on which days a stream is collected, and from which households',
          'From `firstDate` on, each `everyDays`; or on `weekdays` of each `everyWeeks`-th week. Holidays move a day, or leave it out. It is of the households in `uprns` and of those with a device in `area`; without both, of all.',
        ),
        params: authorityParams,
        body: collectionSchema,
        response: answers(201, 'Created', collectionSchema),
      },
    },
    async (request, reply) => {
      const { authority } = request.params
      const collection = request.body
      await registry.createCollection(authority, collection, actorOf(request))
      reply.header('location', `${publicUrl}/v1/authorities/${authority}/collections/${collection.id}`)
      return reply.code(201).send(collection)
    },
  )

  app.get(
    `${url}/:collection`,
    {
      config: { scope: 'read' },
      schema: {
        ...documented('sites', 'getCollection', 'Get a collection, with its UPRNs'),
        params,
        response: answers(200, 'The collection', collectionSchema),
      },
    },
    async ({ params: { authority, collection } }) => registry.getCollection(authority, collection),
  )

  app.patch(
    `${url}/:collection`,
    {
      config: { scope: 'operate' },
      schema: {
        ...documented(
          'sites',
          'updateCollection',
          'Change a collection',
          'Only what is given changes; lists are replaced as a whole, and null sets a field back to what it is by default. The `id` stays.',
        ),
        params,
        body: collectionPatchBody,
        response: answers(200, 'As it is now', collectionSchema),
      },
    },
    async (request) => {
      const { authority, collection: id } = request.params
      const collection = patch(await registry.getCollection(authority, id), request.body)
      await registry.updateCollection(authority, collection, actorOf(request))
      return collection
    },
  )

  app.delete(
    `${url}/:collection`,
    {
      config: { scope: 'operate' },
      schema: {
        ...documented('sites', 'deleteCollection', 'Delete a collection'),
        params,
        response: answersEmpty('Deleted'),
      },
    },
    async (request, reply) => {
      const { authority, collection } = request.params
      await registry.deleteCollection(authority, collection, actorOf(request))
      return reply.code(204).send()
    },
  )
}

function patch(collection: Collection, changes: Record<string, unknown>): Collection {
  if (changes['id'] !== undefined && changes['id'] !== collection.id) {
    throw refuse([{ path: 'id', message: `cannot be changed, and is ${collection.id}` }])
  }
  const result = collectionSchema.safeParse(mergePatch(collection, changes), { reportInput: true })
  if (!result.success) throw refuse(describeZodError(result.error, collectionSchema))
  return result.data
}

function refuse(faults: readonly { path: string; message: string }[]): KerbsideError {
  return new KerbsideError('INVALID_REQUEST', 'The body is not as it should be', { faults })
}
