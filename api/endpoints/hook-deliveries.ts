import { z } from 'zod'
import { ALERT_EVENT_TYPES } from '../../model/alert.ts'
import { KerbsideError } from '../../model/error.ts'
import { DELIVERY_STATUSES, type HookDelivery } from '../../model/hook.ts'
import { idSchema } from '../../model/id.ts'
import { formatTime } from '../../model/time.ts'
import { answers, documented } from '../documented.ts'
import type { HookSender } from '../hook-sender.ts'
import { pageOf, pageQueryOf, sendPage } from '../page.ts'
import type { Api, ApiParts } from '../parts.ts'
import { authorityParams } from '../schemas.ts'

/** Tests of a process that wait for an answer at a time. */
const TESTS_MAX = 10

const timeText = z.iso.datetime()
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

/** What was sent to a hook, and a test of it. */
export function registerHookDeliveries(
  app: Api,
  { registry, publicUrl = '' }: ApiParts,
  sender: HookSender,
): void {
  const url = '/v1/authorities/:authority/hooks'
  const params = authorityParams.extend({ hook: idSchema })
  const config = { scope: 'admin' } as const
  let tests = 0

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
