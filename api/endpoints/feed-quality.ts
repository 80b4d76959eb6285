import { z } from 'zod'
import { formatTime } from '../../model/time.ts'
import { answers, documentedPublishable } from '../documented.ts'
import type { FeedQualityReports } from '../feed-quality.ts'
import type { Api } from '../parts.ts'
import { authorityParams, schemas } from '../schemas.ts'
import { sendWritten } from '../written.ts'

const findingSchema = z.object({
  rule: z.string(),
  title: z.string(),
  count: z.int(),
  /** The first one. */
  example: z.string(),
})
const findings = { errors: z.array(findingSchema), warnings: z.array(findingSchema) }
const reportSchema = z.object({
  time: z.iso.datetime(),
  feeds: z.array(
    z.object({
      name: z.enum(['trip-updates', 'vehicle-positions', 'alerts']),
      /** Of its header. */
      timestamp: z.iso.datetime().nullable(),
      ageSeconds: z.number().nullable(),
      entities: z.int(),
      ...findings,
    }),
  ),
  timetable: z
    .object({
      version: z.string(),
      importedTime: z.iso.datetime(),
      /** On which any trip runs. */
      firstDate: z.string(),
      lastDate: z.string(),
      ...findings,
      /** Also those that the import did not list. */
      warningCount: z.int(),
    })
    .nullable(),
})
schemas.add(findingSchema, { id: 'QualityFinding' })
schemas.add(reportSchema, { id: 'FeedQuality' })

/** Whether what is served keeps to the rules, told to everybody who relies on it. */
export function registerFeedQuality(app: Api, reports: FeedQualityReports): void {
  app.get(
    '/v1/authorities/:authority/feed-quality',
    {
      config: { scope: 'read', published: 'departures' },
      schema: {
        ...documentedPublishable(
          'transit',
          'getFeedQuality',
          'What is wrong with the feeds as they are served',
          'GTFS-Realtime is checked as it stands, every 30 seconds at most: the rules E… and W… are those of the classic validator, K… are our own. The warnings of the timetable are those of its import, by their codes.',
        ),
        params: authorityParams,
        response: answers(200, 'What was found, by rule', reportSchema),
      },
    },
    async (request, reply) => {
      const { time, feeds, timetable } = await reports.get(request.params.authority)
      const report = {
        time: formatTime(time),
        feeds: feeds.map((feed) => {
          return { ...feed, timestamp: feed.timestamp === null ? null : formatTime(feed.timestamp * 1000) }
        }),
        timetable: timetable && { ...timetable, importedTime: formatTime(timetable.importedTime) },
      }
      return sendWritten(reply, 'application/json; charset=utf-8', JSON.stringify(report))
    },
  )
}
