import { z } from 'zod'
import { type Key, SCOPES } from '../../model/key.ts'
import { formatTime } from '../../model/time.ts'
import { answers, answersEmpty, documented } from '../documented.ts'
import type { KeyUsage } from '../key-usage.ts'
import { pageOf, sendPage, timePageQuery } from '../page.ts'
import type { Api, ApiParts } from '../parts.ts'
import { actorOf } from '../rights.ts'
import { authorityParams, newKeyBody, schemas } from '../schemas.ts'

const keySchema = z.object({
  id: z.string(),
  name: z.string(),
  scopes: z.array(z.enum(SCOPES)),
  createdTime: z.iso.datetime(),
  /** Not there where the installation's limit is the only one. */
  requestsPerMinute: z.int().optional(),
})
const usageSchema = z.object({
  items: z.array(
    z.object({
      /** Of UTC. */
      date: z.iso.date(),
      requests: z.int(),
      /** Of them, those that were answered with 429. */
      refused: z.int(),
    }),
  ),
  next: z.null(),
})
schemas.add(usageSchema, { id: 'KeyUsage' })
const keyParams = authorityParams.extend({ key: z.string().min(1).max(100) })

export function registerKeys(
  app: Api,
  { registry, directory, publicUrl = '' }: ApiParts,
  usage: KeyUsage,
): void {
  app.get(
    '/v1/authorities/:authority/keys',
    {
      config: { scope: 'admin' },
      schema: {
        ...documented('keys', 'listKeys', 'List the keys, without their secrets'),
        params: authorityParams,
        querystring: timePageQuery,
        response: answers(200, 'A page of keys', pageOf(keySchema)),
      },
    },
    async (request, reply) =>
      sendPage(
        request,
        reply,
        await registry.listKeys(request.params.authority, request.query),
        formatKey,
        publicUrl,
      ),
  )

  app.post(
    '/v1/authorities/:authority/keys',
    {
      config: { scope: 'admin' },
      schema: {
        ...documented(
          'keys',
          'createKey',
          'Create a key',
          '`admin` includes `operate` includes `read` includes `published`, which is what everybody may read, counted for this key by itself. The `key` itself is shown now and never again.',
        ),
        params: authorityParams,
        body: newKeyBody,
        response: answers(201, 'Created', keySchema.extend({ key: z.string() })),
      },
    },
    async (request, reply) => {
      const { authority } = request.params
      const { key, secret } = await registry.createKey(authority, request.body, actorOf(request))
      reply
        .code(201)
        .header('cache-control', 'no-store')
        .header('location', `${publicUrl}/v1/authorities/${authority}/keys/${key.id}`)
      return { ...formatKey(key), key: secret }
    },
  )

  app.get(
    '/v1/authorities/:authority/keys/:key/usage',
    {
      config: { scope: 'operate' },
      schema: {
        ...documented(
          'keys',
          'getKeyUsage',
          'How much was asked with a key, by the day',
          'The newest day first, of the last 92 with any request. What other processes have counted comes up to a minute later.',
        ),
        params: keyParams,
        response: answers(200, 'By the day', usageSchema),
      },
    },
    async (request) => {
      await usage.keep()
      const items = await registry.listKeyUsage(request.params.authority, request.params.key)
      return { items: [...items], next: null }
    },
  )

  app.delete(
    '/v1/authorities/:authority/keys/:key',
    {
      config: { scope: 'admin' },
      schema: {
        ...documented('keys', 'deleteKey', 'Revoke a key, at once'),
        params: keyParams,
        response: answersEmpty('Revoked'),
      },
    },
    async (request, reply) => {
      await registry.deleteKey(request.params.authority, request.params.key, actorOf(request))
      await directory.refresh()
      return reply.code(204).send()
    },
  )
}

function formatKey({ createdTime, scopes, ...key }: Key): z.infer<typeof keySchema> {
  return { ...key, scopes: [...scopes], createdTime: formatTime(createdTime) }
}
