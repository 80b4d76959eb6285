import { isUtf8 } from 'node:buffer'
import { z } from 'zod'
import { KerbsideError } from '../../model/error.ts'
import { idSchema } from '../../model/id.ts'
import { type Quarantined, REJECTION_REASONS } from '../../model/rejection.ts'
import { formatTime } from '../../model/time.ts'
import { answers, documented } from '../documented.ts'
import { pageOf, sendPage, timePageQuery } from '../page.ts'
import type { Api, ApiParts } from '../parts.ts'
import { actorOf } from '../rights.ts'
import { authorityParams } from '../schemas.ts'

const quarantinedSchema = z.object({
  id: z.string(),
  device: z.string().nullable(),
  topic: z.string(),
  payload: z.string(),
  payloadEncoding: z.enum(['utf-8', 'base64']),
  reason: z.enum(REJECTION_REASONS),
  detail: z.string(),
  receivedTime: z.iso.datetime(),
})

const filterShape = { reason: z.enum(REJECTION_REASONS).optional(), device: idSchema.optional() }
const quarantinedParams = authorityParams.extend({ id: z.string().min(1).max(100) })
/** As much as a device may publish. */
const PAYLOAD_CHARACTERS_MAX = 256 * 1024
const discardedSchema = z.object({ discarded: z.int() })

export function registerQuarantine(app: Api, { registry, quarantine, publicUrl }: ApiParts): void {
  app.get(
    '/v1/authorities/:authority/quarantine',
    {
      config: { scope: 'read' },
      schema: {
        ...documented(
          'ingest',
          'listQuarantined',
          'List what could not be read, and why, oldest first',
          'A `payload` that is no UTF-8 is in base64, which `payloadEncoding` says.',
        ),
        params: authorityParams,
        querystring: timePageQuery.extend(filterShape),
        response: answers(200, 'A page of quarantined readings', pageOf(quarantinedSchema)),
      },
    },
    async (request, reply) =>
      sendPage(
        request,
        reply,
        await registry.listQuarantined(request.params.authority, request.query),
        formatQuarantined,
        publicUrl,
      ),
  )

  app.get(
    '/v1/authorities/:authority/quarantine/reasons',
    {
      config: { scope: 'read' },
      schema: {
        ...documented('ingest', 'countQuarantined', 'How many readings are in quarantine, by reason'),
        params: authorityParams,
        response: answers(
          200,
          'The most first',
          z.object({
            items: z.array(z.object({ reason: z.enum(REJECTION_REASONS), count: z.int() })),
          }),
        ),
      },
    },
    async (request) => {
      const counts = await registry.countQuarantined(request.params.authority)
      return { items: counts.toSorted((a, b) => b.count - a.count) }
    },
  )

  app.post(
    '/v1/authorities/:authority/quarantine/:id/replay',
    {
      config: { scope: 'operate' },
      schema: {
        ...documented(
          'ingest',
          'replayQuarantined',
          'Try a quarantined reading again, after a fix',
          'With a `payload` in the body that is stored in the place of what was published, and the audit says so. Where it cannot be stored either, what was published stays in quarantine as it is.',
        ),
        params: quarantinedParams,
        body: z.strictObject({ payload: z.string().min(1).max(PAYLOAD_CHARACTERS_MAX) }).optional(),
        response: answers(
          200,
          'Whether it is stored now, and where not, why',
          z.object({
            isStored: z.boolean(),
            reason: z.enum(REJECTION_REASONS).nullable(),
            detail: z.string().nullable(),
          }),
        ),
      },
    },
    async (request) => {
      const { authority, id } = request.params
      const corrected = request.body && Buffer.from(request.body.payload)
      const { isStored, rejection } = await quarantine.replay(authority, id, actorOf(request), corrected)
      return { isStored, reason: rejection?.reason ?? null, detail: rejection?.detail ?? null }
    },
  )

  app.post(
    '/v1/authorities/:authority/quarantine/replay',
    {
      config: { scope: 'operate' },
      schema: {
        ...documented(
          'ingest',
          'replayAllQuarantined',
          'Try quarantined readings again: of a reason, of a device, or all',
          'The filter is in the body or in the query; in both, both hold.',
        ),
        params: authorityParams,
        // Strict, as the body is: a filter with a typing error would try all.
        querystring: z.strictObject(filterShape),
        body: z.strictObject(filterShape).optional(),
        response: answers(
          200,
          'How many are stored now, and how many are not',
          z.object({ stored: z.int(), stillQuarantined: z.int() }),
        ),
      },
      // Each is decoded and stored anew: a full quarantine takes longer than other requests may.
      handlerTimeout: 600_000,
    },
    async (request) => {
      const { stored, stillQuarantined } = await quarantine.replayAll(
        request.params.authority,
        joinFilters(request.query, request.body ?? {}),
        actorOf(request),
      )
      return { stored, stillQuarantined }
    },
  )

  app.delete(
    '/v1/authorities/:authority/quarantine/:id',
    {
      config: { scope: 'operate' },
      schema: {
        ...documented('ingest', 'discardQuarantined', 'Discard a quarantined reading; it stays counted'),
        params: quarantinedParams,
        response: answers(200, 'Discarded', discardedSchema),
      },
    },
    async (request) => {
      const { authority, id } = request.params
      const discarded = await registry.discardQuarantined(authority, { id }, actorOf(request))
      if (discarded === 0) throw new KerbsideError('NOT_FOUND', `There is no quarantined reading ${id}`)
      return { discarded }
    },
  )

  app.delete(
    '/v1/authorities/:authority/quarantine',
    {
      config: { scope: 'operate' },
      schema: {
        ...documented(
          'ingest',
          'discardAllQuarantined',
          'Discard quarantined readings: of a reason, of a device, or all; they stay counted',
          'Takes `reason`, `device` or both, or `all=true`.',
        ),
        params: authorityParams,
        // Strict, since a filter with a typing error would discard too much.
        querystring: z
          .strictObject({ ...filterShape, all: z.literal('true').optional() })
          .refine(
            ({ reason, device, all }) => reason !== undefined || device !== undefined || all !== undefined,
            'one of reason, device or all=true must be given',
          ),
        response: answers(200, 'Discarded', discardedSchema),
      },
    },
    async (request) => {
      const { reason, device } = request.query
      const filter = { reason, device }
      return {
        discarded: await registry.discardQuarantined(request.params.authority, filter, actorOf(request)),
      }
    },
  )
}

type Filter = z.infer<z.ZodObject<typeof filterShape>>

function joinFilters(query: Filter, body: Filter): Filter {
  const names = (['reason', 'device'] as const).filter(
    (name) => query[name] !== undefined && body[name] !== undefined && query[name] !== body[name],
  )
  if (names.length > 0) {
    const faults = names.map((path) => ({
      path,
      message: `is ${body[path]} in the body, ${query[path]} in the query`,
    }))
    throw new KerbsideError('INVALID_REQUEST', 'The body and the query contradict each other', { faults })
  }
  return { ...query, ...body }
}

function formatQuarantined(item: Quarantined): z.infer<typeof quarantinedSchema> {
  const payload = Buffer.from(item.payload.buffer, item.payload.byteOffset, item.payload.byteLength)
  const payloadEncoding = isUtf8(payload) ? 'utf-8' : 'base64'
  return {
    id: item.id,
    device: item.device,
    topic: item.topic,
    payload: payload.toString(payloadEncoding),
    payloadEncoding,
    reason: item.reason,
    detail: item.detail,
    receivedTime: formatTime(item.receivedTime),
  }
}
