import { z } from 'zod'
import { KerbsideError } from '../../model/error.ts'
import {
  approvalSchema,
  KEY_REQUEST_STATES,
  type KeyRequest,
  newKeyRequestSchema,
} from '../../model/key-request.ts'
import { formatTime } from '../../model/time.ts'
import { answers, documented, documentedPublishable } from '../documented.ts'
import { pageOf, sendPage, timePageQuery } from '../page.ts'
import type { Api, ApiParts } from '../parts.ts'
import { createRateCounts } from '../rate-counts.ts'
import { actorOf } from '../rights.ts'
import { authorityParams, schemas } from '../schemas.ts'

/** Of an authority, undecided. One more is told to come back. */
const OPEN_MAX = 100
/** Of one address; more are answered with 429. */
const PER_HOUR = 5
const HOUR_MS = 3_600_000
/** Addresses that are counted; the least recently seen are let go. */
const COUNTED_MAX = 10_000

const stateSchema = z.enum(KEY_REQUEST_STATES)
const requestSchema = z.object({
  id: z.string(),
  state: stateSchema,
  name: z.string(),
  /** Null once the request is rejected, as `purpose`. */
  contact: z.string().nullable(),
  purpose: z.string().nullable(),
  createdTime: z.iso.datetime(),
  decidedTime: z.iso.datetime().nullable(),
  requestsPerMinute: z.int().nullable(),
  keyId: z.string().nullable(),
})
const newRequestBody = newKeyRequestSchema.strict()
const approvalBody = approvalSchema.strict()
const collectedSchema = z.object({
  state: stateSchema,
  requestsPerMinute: z.int().nullable(),
  /** Once, in the first answer after the approval. */
  key: z.string().optional(),
})
schemas.add(requestSchema, { id: 'KeyRequest' })
schemas.add(newRequestBody, { id: 'NewKeyRequest' })
const requestParams = authorityParams.extend({ id: z.string().min(1).max(100) })

/** Keys that app developers ask for: they read what is published, each counted by itself. */
export function registerKeyRequests(app: Api, { registry, publicUrl = '' }: ApiParts): void {
  const applicants = createRateCounts(COUNTED_MAX, HOUR_MS)
  registerForApplicants()

  app.get(
    '/v1/authorities/:authority/key-requests',
    {
      config: { scope: 'operate' },
      schema: {
        ...documented(
          'keys',
          'listKeyRequests',
          'List who asks for a key',
          'The oldest first. Contact and purpose are deleted when a request is rejected; an undecided one is kept for 30 days, and one that was approved for 365 days, or until its key is revoked.',
        ),
        params: authorityParams,
        querystring: timePageQuery.extend({ state: stateSchema.optional() }),
        response: answers(200, 'A page of requests', pageOf(requestSchema)),
      },
    },
    async (request, reply) => {
      const page = await registry.listKeyRequests(request.params.authority, request.query)
      reply.header('cache-control', 'no-store')
      return sendPage(request, reply, page, formatRequest, publicUrl)
    },
  )

  app.post(
    '/v1/authorities/:authority/key-requests/:id/approve',
    {
      config: { scope: 'admin' },
      schema: {
        ...documented(
          'keys',
          'approveKeyRequest',
          'Let somebody have the key that they ask for',
          'It reads what is published, `requestsPerMinute` times a minute. The applicant collects it within 30 days.',
        ),
        params: requestParams,
        body: approvalBody.default(approvalBody.parse({})),
        response: answers(200, 'As it is now', requestSchema),
      },
    },
    async (request) => {
      const { authority, id } = request.params
      const decision = { isApproved: true, ...request.body } as const
      return formatRequest(await registry.decideKeyRequest(authority, id, decision, actorOf(request)))
    },
  )

  app.post(
    '/v1/authorities/:authority/key-requests/:id/reject',
    {
      config: { scope: 'admin' },
      schema: {
        ...documented('keys', 'rejectKeyRequest', 'Refuse somebody a key, and forget who asked'),
        params: requestParams,
        response: answers(200, 'As it is now', requestSchema),
      },
    },
    async (request) => {
      const { authority, id } = request.params
      return formatRequest(
        await registry.decideKeyRequest(authority, id, { isApproved: false }, actorOf(request)),
      )
    },
  )

  function registerForApplicants(): void {
    app.post(
      '/v1/authorities/:authority/key-requests',
      {
        config: { scope: 'read', published: 'departures' },
        schema: {
          ...documentedPublishable(
            'keys',
            'createKeyRequest',
            'Ask for a key',
            'The `token` is shown now and never again: with it, and the `id`, the key is collected once the operator has agreed.',
          ),
          params: authorityParams,
          body: newRequestBody,
          response: answers(
            201,
            'It waits for the operator',
            z.object({ id: z.string(), state: stateSchema, token: z.string() }),
          ),
        },
      },
      async (request, reply) => {
        const { authority } = request.params
        const { current, ttl } = applicants.count(request.ip)
        if (current > PER_HOUR) {
          reply.header('retry-after', String(Math.ceil(ttl / 1000)))
          throw new KerbsideError('RATE_LIMITED', `More than ${PER_HOUR} requests for keys in an hour`)
        }
        const { request: created, token } = await registry.createKeyRequest(authority, request.body, OPEN_MAX)
        reply.code(201).header('cache-control', 'no-store')
        return { id: created.id, state: created.state, token }
      },
    )

    app.post(
      '/v1/authorities/:authority/key-requests/:id/collect',
      {
        config: { scope: 'read', published: 'departures' },
        schema: {
          ...documentedPublishable(
            'keys',
            'collectKey',
            'Hear what became of a request, and collect the key',
            'The token goes in the body, so that no log has it. The first answer after the approval has the `key`, which is shown then and never again.',
          ),
          params: requestParams,
          body: z.strictObject({ token: z.string().min(1).max(256) }),
          response: answers(200, 'What became of it', collectedSchema),
        },
      },
      async (request, reply) => {
        const { authority, id } = request.params
        const { request: found, secret } = await registry.collectKey(authority, id, request.body.token)
        reply.header('cache-control', 'no-store')
        const { state, requestsPerMinute } = found
        return { state, requestsPerMinute, ...(secret !== undefined && { key: secret }) }
      },
    )
  }
}

function formatRequest({ createdTime, decidedTime, ...request }: KeyRequest): z.infer<typeof requestSchema> {
  return {
    ...request,
    createdTime: formatTime(createdTime),
    decidedTime: decidedTime === null ? null : formatTime(decidedTime),
  }
}
