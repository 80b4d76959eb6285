import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import { KerbsideError } from '../../model/error.ts'
import { type Hook, hookPatchSchema, newHookSchema } from '../../model/hook.ts'
import { idSchema } from '../../model/id.ts'
import type { HookSecrets } from '../../registry/seal-hook-secrets.ts'
import { createHookSecret } from '../../registry/secret.ts'
import { answers, answersEmpty, documented } from '../documented.ts'
import { formatHook, hookJsonSchema } from '../hook-json.ts'
import { pageOf, pageQuery, sendPage } from '../page.ts'
import type { Api, ApiParts } from '../parts.ts'
import { actorOf } from '../rights.ts'
import { authorityParams, schemas } from '../schemas.ts'

/** How long the secret before a new one signs beside it. */
const BOTH_SECRETS_MS = 24 * 3_600_000

const secretText = z
  .string()
  .describe('whsec_ and base64: with it the receiver checks signatures. It is shown this once')
schemas.add(newHookSchema, { id: 'NewHook' })
schemas.add(hookPatchSchema, { id: 'HookPatch' })

/** Who is told of an authority's alerts. */
export function registerHooks(app: Api, { registry, hookReach, clock, publicUrl = '' }: ApiParts): void {
  const url = '/v1/authorities/:authority/hooks'
  const params = authorityParams.extend({ hook: idSchema })
  const config = { scope: 'admin' } as const

  app.get(
    url,
    {
      config,
      schema: {
        ...documented('alerts', 'listHooks', 'List who is told of alerts'),
        params: authorityParams,
        querystring: pageQuery,
        response: answers(200, 'A page of hooks', pageOf(hookJsonSchema)),
      },
    },
    async (request, reply) => {
      const page = await registry.listHooks(request.params.authority, request.query)
      return sendPage(request, reply, page, formatHook, publicUrl)
    },
  )

  app.post(
    url,
    {
      config,
      schema: {
        ...documented(
          'alerts',
          'createHook',
          'Have somebody told of alerts',
          'A `url` is posted to, each event by itself and in order, signed as the Standard Webhooks specification says, with the `secret` of the answer. An `email` is written to, with what comes at once in one e-mail. It is told of what comes from now on: `events` are all types by default, `conditions` null for all. It takes KERBSIDE_SECRET_KEY, or KERBSIDE_SMTP.',
        ),
        params: authorityParams,
        body: newHookSchema,
        response: answers(201, 'Created', hookJsonSchema.extend({ secret: secretText.optional() })),
      },
    },
    async (request, reply) => {
      const { authority } = request.params
      const { id = randomBytes(8).toString('hex'), url = null, email = null, ...rest } = request.body
      const hook: Hook = { id, url, email, ...rest }
      if (email !== null && !hookReach?.mailer) {
        throw refuse('email', 'cannot be written to: this installation has no KERBSIDE_SMTP')
      }
      const secret = url === null ? undefined : createHookSecret()
      const sealed = secret === undefined ? null : seal(authority, id, [{ secret, untilTime: null }])
      const record = await registry.createHook(authority, hook, sealed, actorOf(request))
      reply
        .code(201)
        .header('cache-control', 'no-store')
        .header('location', `${publicUrl}/v1/authorities/${authority}/hooks/${id}`)
      return { ...formatHook(record), ...(secret !== undefined && { secret }) }
    },
  )

  app.get(
    `${url}/:hook`,
    {
      config,
      schema: {
        ...documented('alerts', 'getHook', 'Get a hook, and how it fares'),
        params,
        response: answers(200, 'The hook', hookJsonSchema),
      },
    },
    async ({ params: { authority, hook } }) => formatHook(await registry.getHook(authority, hook)),
  )

  app.patch(
    `${url}/:hook`,
    {
      config,
      schema: {
        ...documented(
          'alerts',
          'updateHook',
          'Change, pause or resume a hook',
          'Only what is given changes. Any change has it tried again at once; one that was paused goes on with what came meanwhile, as far as that is kept (14 days).',
        ),
        params,
        body: hookPatchSchema,
        response: answers(200, 'As it is now', hookJsonSchema),
      },
    },
    async (request) => {
      const { authority, hook: id } = request.params
      const { isPaused, ...changes } = request.body
      const { hook } = await registry.getHook(authority, id)
      for (const field of ['url', 'email'] as const) {
        if (changes[field] === undefined || hook[field] !== null) continue
        throw refuse(field, 'is not what this hook has: delete it and create another one')
      }
      const given = Object.entries(changes).filter(([, value]) => value !== undefined)
      const changed = given.length === 0 ? undefined : { ...hook, ...Object.fromEntries(given) }
      return formatHook(
        await registry.updateHook(authority, id, { hook: changed, isPaused }, actorOf(request)),
      )
    },
  )

  app.delete(
    `${url}/:hook`,
    {
      config,
      schema: {
        ...documented('alerts', 'deleteHook', 'Tell somebody no more'),
        params,
        response: answersEmpty('Deleted, with what was delivered'),
      },
    },
    async (request, reply) => {
      const { authority, hook } = request.params
      await registry.deleteHook(authority, hook, actorOf(request))
      return reply.code(204).send()
    },
  )

  app.post(
    `${url}/:hook/secret`,
    {
      config,
      schema: {
        ...documented(
          'alerts',
          'replaceHookSecret',
          'Give a hook a new secret',
          'For 24 hours messages carry the signatures of both, so that the receiver can change over.',
        ),
        params,
        response: answers(200, 'The new secret', z.object({ secret: secretText })),
      },
    },
    async (request, reply) => {
      const { authority, hook: id } = request.params
      const { hook, sealed } = await registry.getHook(authority, id)
      if (hook.url === null) throw refuse('hook', 'has no secret: it is an e-mail address')
      const before = (sealed && hookReach?.sealer?.open(authority, id, sealed)) ?? []
      const secret = createHookSecret()
      const [newest] = before
      const former = newest ? [{ ...newest, untilTime: clock.now() + BOTH_SECRETS_MS }] : []
      const secrets = [{ secret, untilTime: null }, ...former]
      await registry.updateHook(authority, id, { sealed: seal(authority, id, secrets) }, actorOf(request))
      reply.header('cache-control', 'no-store')
      return { secret }
    },
  )

  function seal(authority: string, id: string, secrets: HookSecrets): Uint8Array {
    if (hookReach?.sealer) return hookReach.sealer.seal(authority, id, secrets)
    throw refuse(
      'url',
      'cannot be posted to: this installation has no KERBSIDE_SECRET_KEY to keep the secret with',
    )
  }
}

function refuse(path: string, message: string): KerbsideError {
  return new KerbsideError('INVALID_REQUEST', `${path} ${message}`, { faults: [{ path, message }] })
}
