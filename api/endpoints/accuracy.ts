import { z } from 'zod'
import { formatTime } from '../../model/time.ts'
import { summarizeAccuracy } from '../../transit/accuracy/summarize-accuracy.ts'
import { answers, documentedPublishable } from '../documented.ts'
import type { Api, ApiParts } from '../parts.ts'
import { authorityParams, schemas } from '../schemas.ts'
import { sendWritten } from '../written.ts'

const totals = {
  /** Older ones weigh less, a tenth a day. */
  predictions: z.number(),
  maeSeconds: z.number().nullable(),
  biasSeconds: z.number().nullable(),
  coveragePercent: z.number().nullable(),
}
const schemeSchema = z.object({
  meanPercent: z.number().nullable(),
  horizons: z.array(
    z.object({
      fromMinutes: z.number(),
      toMinutes: z.number(),
      earlySeconds: z.number(),
      lateSeconds: z.number(),
      ...totals,
      goodPercent: z.number().nullable(),
    }),
  ),
})
const summarySchema = z.object({ ...totals, mbta: schemeSchema, transitApp: schemeSchema })
const accuracySchema = z.object({
  time: z.iso.datetime(),
  overall: summarySchema,
  routes: z.array(summarySchema.extend({ routeId: z.string() })),
  hours: z.array(summarySchema.extend({ hour: z.int() })),
})
schemas.add(summarySchema, { id: 'AccuracySummary' })
schemas.add(accuracySchema, { id: 'Accuracy' })

const accuracyQuery = z.object({
  routeId: z.string().min(1).max(200).optional().describe('Only of this route'),
  hour: z.coerce.number().int().min(0).max(23).optional().describe('Only of this hour of the day there'),
})

/** What predictions came to, told to everybody who relies on them. */
export function registerAccuracy(app: Api, { transit, clock }: ApiParts): void {
  app.get(
    '/v1/authorities/:authority/accuracy',
    {
      config: { scope: 'read', published: 'departures' },
      schema: {
        ...documentedPublishable(
          'transit',
          'getAccuracy',
          'How good predictions have been of late',
          "Each prediction that rests on a live vehicle, once a minute for each stop, against what came of it. `mbta` and `transitApp` are the shares that lie within MBTA's and Transit app's bounds, from `earlySeconds` to `lateSeconds` of actual minus predicted; `coveragePercent` is how often what came lay between `earliestTime` and `latestTime`, which is to be 80. Nothing is counted where nobody saw the vehicle arrive.",
        ),
        params: authorityParams,
        querystring: accuracyQuery,
        response: answers(
          200,
          'Overall, by route and by hour; null where nothing was counted',
          accuracySchema,
        ),
      },
    },
    async (request, reply) => {
      const { routeId, hour } = request.query
      const counts = (transit?.accuracy(request.params.authority) ?? []).filter(
        (count) =>
          (routeId === undefined || count.routeId === routeId) && (hour === undefined || count.hour === hour),
      )
      const report = { time: formatTime(clock.now()), ...summarizeAccuracy(counts) }
      return sendWritten(reply, 'application/json; charset=utf-8', JSON.stringify(report))
    },
  )
}
