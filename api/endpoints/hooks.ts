import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import { ALERT_EVENT_TYPES } from '../../model/alert.ts'
import { KerbsideError } from '../../model/error.ts'
import {
  DELIVERY_STATUSES,
  type Hook,
  type HookDelivery,
  hookPatchSchema,
  hookSchema,
  newHookSchema,
} from '../../model/hook.ts'
import { idSchema } from '../../model/id.ts'
import { formatTime } from '../../model/time.ts'
import type { HookRecord } from '../../registry/registry.ts'
import type { HookSecrets } from '../../registry/seal-hook-secrets.ts'
import { createHookSecret } from '../../registry/secret.ts'
import { answers, answersEmpty, documented } from '../documented.ts'
import type { HookSender } from '../hook-sender.ts'
import { pageOf, pageQuery, pageQueryOf, sendPage } from '../page.ts'
import type { Api, ApiParts } from '../parts.ts'
import { actorOf } from '../rights.ts'
import { authorityParams, schemas } from '../schemas.ts'

/** Tests of a process that wait for an answer at a time. */
const TESTS_MAX = 10
/** How long the secret before a new one signs beside it. */
const BOTH_SECRETS_MS = 24 * 3_600_000

const timeText = z.iso.datetime()
const shownSchema = hookSchema.extend({
  isPaused: z.boolean(),
  state: z.object({
    pausedTime: timeText.nullable(),
    note: z.string().nullable().describe('Why it is paused, where nobody has paused it'),
    attempts: z.int().describe('How often the event that is next was tried in vain'),
    failingSince: timeText.nullable().describe('Nothing could be delivered since then'),
    deliveredTime: timeText.nullable().describe('When something was delivered last'),
    nextTime: timeText.nullable().describe('When it is tried again; null where it is not failing, or paused'),
    problem: z.string().nullable().describe('What went wrong the last time'),
  }),
})
const secretText = z
  .string()
  .describe('whsec_ and base64: with it the receiver checks signatures. It is shown this once')
const deliverySchema = z.object({
  id: z.string().describe('webhook-id, or the Message-ID of the e-mail'),
  status: z.enum(DELIVERY_STATUSES),
  type: z.enum(ALERT_EVENT_TYPES),
  alertId: z.string(),
  eventTime: timeText,
  attempts: z.int(),
  triedTime: timeText,
  statusCode: z.int().nullable(),
  problem: z.string().nullable(),
  note: z.string().nullable().describe('Why it was given up'),
})
const testSchema = z.object({
  id: z.string(),
  isDelivered: z.boolean(),
  statusCode: z.int().nullable(),
  problem: z.string().nullable(),
})
schemas.add(newHookSchema, { id: 'NewHook' })
schemas.add(hookPatchSchema, { id: 'HookPatch' })

/** Who is told of an authority's alerts. */
export function registerHooks(
  app: Api,
  { registry, hookReach, clock, publicUrl = '' }: ApiParts,
  sender: HookSender,
): void {
  const url = '/v1/authorities/:authority/hooks'
  const params = authorityParams.extend({ hook: idSchema })
  const config = { scope: 'admin' } as const
  let tests = 0

  app.get(
    url,
    {
      config,
      schema: {
        ...documented('alerts', 'listHooks', 'List who is told of alerts'),
        params: authorityParams,
        querystring: pageQuery,
        response: answers(200, 'A page of hooks', pageOf(shownSchema)),
      },
    },
    async (request, reply) => {
      const page = await registry.listHooks(request.params.authority, request.query)
      return sendPage(request, reply, page, show, publicUrl)
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
        response: answers(201, 'Created', shownSchema.extend({ secret: secretText.optional() })),
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
      return { ...show(record), ...(secret !== undefined && { secret }) }
    },
  )

  app.get(
    `${url}/:hook`,
    {
      config,
      schema: {
        ...documented('alerts', 'getHook', 'Get a hook, and how it fares'),
        params,
        response: answers(200, 'The hook', shownSchema),
      },
    },
    async ({ params: { authority, hook } }) => show(await registry.getHook(authority, hook)),
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
        response: answers(200, 'As it is now', shownSchema),
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
      return show(await registry.updateHook(authority, id, { hook: changed, isPaused }, actorOf(request)))
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

  app.post(
    `${url}/:hook/test`,
    {
      config,
      schema: {
        ...documented(
          'alerts',
          'testHook',
          'Send a hook a message that says so, once',
          'Also where it is paused. The answer says what came of it; nothing else changes.',
        ),
        params,
        response: answers(200, 'What came of it', testSchema),
      },
    },
    async (request) => {
      const { authority, hook } = request.params
      const record = await registry.getHook(authority, hook)
      if (tests >= TESTS_MAX) throw new KerbsideError('BUSY', `${TESTS_MAX} tests wait for an answer already`)
      tests += 1
      try {
        const result = await sender.test(record, await registry.getAuthority(authority), request.signal)
        const { messageId: id, statusCode, problem } = result
        return { id, isDelivered: problem === null, statusCode, problem }
      } finally {
        tests -= 1
      }
    },
  )

  app.get(
    `${url}/:hook/deliveries`,
    {
      config,
      schema: {
        ...documented(
          'alerts',
          'listHookDeliveries',
          'List what became of events at a hook',
          'The newest events first, the last 1,000 of 30 days. What still waits behind one that is tried is not there yet.',
        ),
        params,
        querystring: pageQueryOf(/^\d{1,15}$/),
        response: answers(200, 'A page of deliveries', pageOf(deliverySchema)),
      },
    },
    async (request, reply) => {
      const { authority, hook } = request.params
      await registry.getHook(authority, hook)
      const page = await registry.listHookDeliveries(authority, hook, request.query)
      return sendPage(request, reply, page, showDelivery, publicUrl)
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

function show({ hook, pausedTime, pauseNote, nextTime, progress }: HookRecord): z.infer<typeof shownSchema> {
  const { attempts, failingSince, deliveredTime, problem } = progress
  const isPaused = pausedTime !== null
  return {
    ...hook,
    isPaused,
    state: {
      pausedTime: formatIf(pausedTime),
      note: pauseNote,
      attempts,
      failingSince: formatIf(failingSince),
      deliveredTime: formatIf(deliveredTime),
      nextTime: isPaused || failingSince === null ? null : formatTime(nextTime),
      problem,
    },
  }
}

function showDelivery({
  messageId,
  sequence: _,
  eventTime,
  triedTime,
  ...delivery
}: HookDelivery): z.infer<typeof deliverySchema> {
  return {
    id: messageId,
    eventTime: formatTime(eventTime),
    triedTime: formatTime(triedTime),
    ...delivery,
  }
}

function formatIf(time: number | null): string | null {
  return time === null ? null : formatTime(time)
}

function refuse(path: string, message: string): KerbsideError {
  return new KerbsideError('INVALID_REQUEST', `${path} ${message}`, { faults: [{ path, message }] })
}
