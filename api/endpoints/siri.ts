import { z } from 'zod'
import { parseDuration } from '../../model/time.ts'
import { writeStopMonitoring } from '../../transit/feed/siri-stop-monitoring.ts'
import type { DepartureBoards } from '../departure-boards.ts'
import { answers, documentedPublishable } from '../documented.ts'
import type { Api } from '../parts.ts'
import { authorityParams } from '../schemas.ts'
import { timeQuery } from '../time-query.ts'
import { sendWritten } from '../written.ts'

/** How long an answer holds: as long as a moment of the feeds at most. */
const VALID_MS = 5_000
const MINUTE_MS = 60_000
const DAY_MINUTES = 1_440

const siriQuery = z.object({
  MonitoringRef: z.string().min(1).max(200).describe('A stop, or a station'),
  MaximumStopVisits: z.coerce.number().int().min(1).max(200).default(20),
  PreviewInterval: z
    .string()
    .refine((text) => {
      const duration = parseDuration(text)
      return duration !== undefined && duration <= DAY_MINUTES * MINUTE_MS
    }, 'must be a duration such as PT60M, of a day at most')
    .default('PT120M'),
  StartTime: timeQuery,
  LineRef: z.string().max(200).optional(),
  DirectionRef: z.enum(['0', '1']).optional(),
})

const siriSchema = z.object({ Siri: z.looseObject({ ServiceDelivery: z.looseObject({}) }) })

/** SIRI-Lite: the departures of a stop as the systems of other operators read them. */
export function registerSiri(app: Api, boards: DepartureBoards): void {
  app.get(
    '/v1/authorities/:authority/siri/stop-monitoring.json',
    {
      config: { scope: 'read', published: 'departures', isLicensed: true },
      schema: {
        ...documentedPublishable(
          'transit',
          'monitorStop',
          'What leaves a stop next, as SIRI-Lite stop monitoring',
          'With the ids and times of `departures`.',
        ),
        params: authorityParams,
        querystring: siriQuery,
        response: answers(200, 'A service delivery', siriSchema),
      },
    },
    async (request, reply) => {
      const { MonitoringRef, MaximumStopVisits, PreviewInterval, StartTime, LineRef, DirectionRef } =
        request.query
      const isAll = LineRef === undefined && DirectionRef === undefined
      const { moment, departures } = await boards.list({
        authority: request.params.authority,
        stop: MonitoringRef,
        limit: isAll ? MaximumStopVisits : Number.MAX_SAFE_INTEGER,
        minutes: Math.ceil((parseDuration(PreviewInterval) ?? 0) / MINUTE_MS),
        from: StartTime,
      })
      const wanted = departures
        .filter(
          ({ departure, direction }) =>
            (LineRef === undefined || departure.routeId === LineRef) &&
            (DirectionRef === undefined || String(direction) === DirectionRef),
        )
        .slice(0, MaximumStopVisits)
      const answer = writeStopMonitoring(moment, wanted, {
        monitoringRef: MonitoringRef,
        validMs: VALID_MS,
      })
      return sendWritten(reply, 'application/json; charset=utf-8', JSON.stringify(answer))
    },
  )
}
