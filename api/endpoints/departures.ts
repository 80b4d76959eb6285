import { z } from 'zod'
import type { DepartureBoards } from '../departure-boards.ts'
import type { DepartureEvents, DepartureListener } from '../departure-events.ts'
import { departureSchema } from '../departure-schema.ts'
import { answers, answersWith, documentedPublishable } from '../documented.ts'
import { EVENT_STREAM_ROUTE, openEventStream, type ServerSentEvent } from '../event-stream.ts'
import type { FastLane } from '../fast-lane.ts'
import { termsShape } from '../licences.ts'
import type { Api } from '../parts.ts'
import { authorityParams, schemas } from '../schemas.ts'
import { SERVED_ROUTE, serveBody } from '../served-body.ts'
import { timeQuery } from '../time-query.ts'

/** As displays are told them. */
export const departuresSchema = z.object({
  stop: z.string(),
  generatedTime: z.string(),
  items: z.array(departureSchema),
  ...termsShape,
})
export const boardSchema = departuresSchema.extend({
  stopName: z.string().describe('As the timetable has it; the id where it has none'),
  timeZone: z.string().describe('Of the authority, such as Europe/London, for whoever writes the times'),
})
schemas.add(departureSchema, { id: 'Departure' })
schemas.add(boardSchema, { id: 'Departures' })

const stopParams = authorityParams.extend({ stop: z.string().min(1).max(200) })
export const boardQuery = z.object({
  limit: z.coerce.number().int().min(1).max(200).default(20),
  minutes: z.coerce.number().int().min(1).max(1_440).default(120).describe('How far to look ahead'),
})
const DESCRIPTION =
  'By when it is expected to leave, else by the timetable; `state` says what is known of each: `live`, `timetable`, `noData` where a vehicle should be heard of and is not, `stale` where it has not been heard of for a while, `cancelled` also where the stop is not served. A station stands for all of its stops.'

/** What leaves a stop next. */
export function registerDepartures(
  app: Api,
  boards: DepartureBoards,
  events: DepartureEvents,
  lane: FastLane,
): void {
  app.get(
    '/v1/authorities/:authority/stops/:stop/departures',
    {
      ...SERVED_ROUTE,
      config: { scope: 'read', published: 'departures', isQuiet: true, isLicensed: true },
      schema: {
        ...documentedPublishable('transit', 'listDepartures', 'What leaves a stop next', DESCRIPTION),
        params: stopParams,
        querystring: boardQuery.extend({ from: timeQuery }),
        response: {
          ...answers(200, 'The departures', boardSchema),
          304: z.undefined().describe('They are those that the client has'),
        },
      },
    },
    async (request, reply) => {
      const { authority, stop } = request.params
      const { body, moment } = await boards.get({ authority, stop, ...request.query })
      return serveBody(request, reply, body, (bytes) => {
        if (request.query.from !== undefined) return
        const isCurrent = () => boards.isCurrent(authority, moment)
        lane.offer(request, reply, { authority, published: 'departures', body: bytes, isCurrent })
      })
    },
  )

  app.get(
    '/v1/authorities/:authority/stops/:stop/departures/events',
    {
      ...EVENT_STREAM_ROUTE,
      config: { scope: 'read', published: 'departures', isLicensed: true },
      schema: {
        ...documentedPublishable(
          'transit',
          'watchDepartures',
          'What leaves a stop next, again whenever it changes',
          'Server-sent events `departures`, each with all of them. Who comes back with its `Last-Event-ID` hears nothing until they are others.',
        ),
        params: stopParams,
        querystring: boardQuery,
        response: answersWith(200, 'Events', { 'text/event-stream': { schema: z.string() } }),
      },
    },
    async (request, reply) => {
      const { authority, stop } = request.params
      const query = { authority, stop, ...request.query }
      const lastEventId = request.headers['last-event-id']
      // The stream is opened once it is known that there is such a stop, and room for one more.
      const early: ServerSentEvent[] = []
      const listener: DepartureListener = { onEvent: (event) => early.push(event), onEnd: () => undefined }
      const end = await events.listen(
        query,
        typeof lastEventId === 'string' ? lastEventId : undefined,
        listener,
      )
      const { stream, answer } = openEventStream(reply, end)
      for (const event of early) stream.send(event)
      listener.onEvent = stream.send
      listener.onEnd = stream.end
      return answer
    },
  )
}
