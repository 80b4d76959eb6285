import { z } from 'zod'
import { ALERT_STATES, acknowledgementSchema, alertSchema } from '../../model/alert.ts'
import { ALERT_CONDITIONS } from '../../model/alert-condition.ts'
import { idSchema } from '../../model/id.ts'
import type { AlertEvents, AlertListener } from '../alert-events.ts'
import { answers, answersWith, documented } from '../documented.ts'
import { EVENT_STREAM_ROUTE, openEventStream, type ServerSentEvent } from '../event-stream.ts'
import { pageOf, sendPage, timePageQuery } from '../page.ts'
import type { Api, ApiParts } from '../parts.ts'
import { actorOf, callerNameOf, keyHashOf } from '../rights.ts'
import { authorityParams, schemas } from '../schemas.ts'

const acknowledgementBody = acknowledgementSchema.strict()
schemas.add(alertSchema, { id: 'Alert' })
schemas.add(acknowledgementBody, { id: 'Acknowledgement' })

const alertParams = authorityParams.extend({ alert: z.string().min(1).max(100) })
const alertQuery = timePageQuery.extend({
  state: z.enum(ALERT_STATES).default('open').describe('Those that are not cleared, or all'),
  condition: z.enum(ALERT_CONDITIONS).optional(),
  device: idSchema.optional(),
})

/** What operations teams are alerted to, and that they have seen it. */
export function registerAlerts(
  app: Api,
  { registry, publicUrl = '' }: Pick<ApiParts, 'registry' | 'publicUrl'>,
  events: AlertEvents,
): void {
  app.addHook('preClose', () => events.close())

  app.get(
    '/v1/authorities/:authority/alerts',
    {
      config: { scope: 'read' },
      schema: {
        ...documented(
          'alerts',
          'listAlerts',
          'List the alerts, newest first',
          'One of a condition and a device is open at a time: it is raised once, and cleared when things are well again. Cleared ones are kept for 92 days, 10,000 at most.',
        ),
        params: authorityParams,
        querystring: alertQuery,
        response: answers(200, 'A page of alerts', pageOf(alertSchema)),
      },
    },
    async (request, reply) => {
      const page = await registry.listAlerts(request.params.authority, request.query)
      return sendPage(request, reply, page, (alert) => alert, publicUrl)
    },
  )

  app.get(
    '/v1/authorities/:authority/alerts/:alert',
    {
      config: { scope: 'read' },
      schema: {
        ...documented('alerts', 'getAlert', 'Get an alert'),
        params: alertParams,
        response: answers(200, 'As it is now', alertSchema),
      },
    },
    async (request) => registry.getAlert(request.params.authority, request.params.alert),
  )

  app.post(
    '/v1/authorities/:authority/alerts/:alert/acknowledgement',
    {
      config: { scope: 'operate' },
      schema: {
        ...documented(
          'alerts',
          'acknowledgeAlert',
          'Say that an alert was seen',
          "With a note where there is something to say. `acknowledgedBy` is the key's name. An acknowledgement that there is already is replaced.",
        ),
        params: alertParams,
        body: acknowledgementBody.default({}),
        response: answers(200, 'As it is now', alertSchema),
      },
    },
    async (request) => {
      const { authority, alert } = request.params
      const acknowledgement = { by: callerNameOf(request), note: request.body.note ?? null }
      return registry.acknowledgeAlert(authority, alert, acknowledgement, actorOf(request))
    },
  )

  app.delete(
    '/v1/authorities/:authority/alerts/:alert/acknowledgement',
    {
      config: { scope: 'operate' },
      schema: {
        ...documented('alerts', 'unacknowledgeAlert', 'Take back that an alert was seen, and its note'),
        params: alertParams,
        response: answers(200, 'As it is now', alertSchema),
      },
    },
    async (request) => {
      const { authority, alert } = request.params
      return registry.unacknowledgeAlert(authority, alert, actorOf(request))
    },
  )

  app.get(
    '/v1/authorities/:authority/alerts/events',
    {
      ...EVENT_STREAM_ROUTE,
      config: { scope: 'read' },
      schema: {
        ...documented(
          'alerts',
          'watchAlerts',
          'Follow what becomes of alerts, by server-sent events',
          'Events `raised`, `cleared`, `acknowledged` and `unacknowledged`, each with the alert as it was then. With `Last-Event-ID`, what came after it; who has missed more than 200 hears `missed` once: list the alerts then.',
        ),
        params: authorityParams,
        response: answersWith(200, 'The events', { 'text/event-stream': { schema: z.string() } }),
      },
    },
    async (request, reply) => {
      // The stream is opened once it is known that there is room for one more.
      const early: ServerSentEvent[] = []
      const listener: AlertListener = { onEvent: (event) => early.push(event), onEnd: () => undefined }
      const end = await events.listen({
        authority: request.params.authority,
        keyHash: keyHashOf(request),
        lastEventId: request.headers['last-event-id']?.toString(),
        listener,
      })
      const { stream, answer } = openEventStream(reply, end)
      for (const event of early) stream.send(event)
      listener.onEvent = stream.send
      listener.onEnd = stream.end
      return answer
    },
  )
}
