import { z } from 'zod'
import {
  type CitizenReport,
  REPORT_OUTCOMES,
  REPORT_SERVICES,
  REPORT_STATUSES,
  type ReportVoice,
  reportContactSchema,
  reportPatchSchema,
  reportWordsSchema,
} from '../../model/citizen-report.ts'
import { idSchema } from '../../model/id.ts'
import { reportSettingsSchema } from '../../model/report-settings.ts'
import { formatTime } from '../../model/time.ts'
import { answers, answersEmpty, documented } from '../documented.ts'
import { pageOf, sendPage, timePageQuery } from '../page.ts'
import type { Api, ApiParts } from '../parts.ts'
import { createReportIntake } from '../report-intake.ts'
import { actorOf, hasKeyOf } from '../rights.ts'
import { authorityParams, schemas } from '../schemas.ts'

const time = z.iso.datetime()
const reportSchema = z.object({
  id: z.string(),
  service: z.enum(REPORT_SERVICES),
  status: z.enum(REPORT_STATUSES),
  outcome: z.enum(REPORT_OUTCOMES).nullable(),
  deviceId: z.string().nullable(),
  longitude: z.number().nullable(),
  latitude: z.number().nullable(),
  language: z.string(),
  requestedTime: time,
  updatedTime: time,
  closedTime: time.nullable(),
  voices: z.int().describe('How many said so'),
  readings: z
    .array(z.object({ time, fillPercent: z.number() }))
    .describe("What the bin's sensor had said of its level by then"),
  note: z.string().nullable().describe('What whoever reported it is told instead of the usual words'),
  words: reportWordsSchema
    .nullable()
    .optional()
    .describe('What was written, for keys of the scope operate; null once it was removed'),
})
const voiceSchema = z.object({
  requestedTime: time,
  words: reportWordsSchema.nullable(),
  contact: reportContactSchema.nullable(),
})
const oneSchema = reportSchema.extend({
  people: z
    .array(voiceSchema)
    .optional()
    .describe('Who said so, the first one first, for keys of the scope operate; null once it was removed'),
})
const settingsPatch = z.record(z.string(), z.unknown())
schemas.add(oneSchema, { id: 'Report' })
schemas.add(reportPatchSchema, { id: 'ReportPatch' })
schemas.add(reportSettingsSchema, { id: 'ReportSettings' })

const reportsQuery = timePageQuery.extend({
  status: z.enum(REPORT_STATUSES).optional(),
  service: z.enum(REPORT_SERVICES).optional(),
  device: idSchema.optional(),
  isJoined: z.stringbool({ truthy: ['true'], falsy: ['false'] }).optional(),
})

/** What people report, for those who deal with it. */
export function registerReports(app: Api, parts: ApiParts): void {
  const { registry, publicUrl = '' } = parts
  const intake = createReportIntake(parts)
  const url = '/v1/authorities/:authority/reports'
  const params = authorityParams.extend({ report: idSchema })

  app.get(
    url,
    {
      config: { scope: 'read' },
      schema: {
        ...documented('reports', 'listReports', 'List what people report', 'Newest first.'),
        params: authorityParams,
        querystring: reportsQuery,
        response: answers(200, 'A page of reports', pageOf(reportSchema)),
      },
    },
    async (request, reply) => {
      const { authority } = request.params
      const { service, device, ...query } = request.query
      const page = await registry.listReports(authority, {
        ...query,
        deviceId: device,
        services: service && [service],
      })
      reply.header('cache-control', 'no-store')
      const isOperator = hasKeyOf(request, authority, 'operate')
      return sendPage(request, reply, page, (report) => formatReport(report, isOperator), publicUrl)
    },
  )

  app.get(
    `${url}/:report`,
    {
      config: { scope: 'read' },
      schema: {
        ...documented(
          'reports',
          'getReport',
          'Get a report',
          'With a key of the scope operate, `people` are those who said so and how they are reached, as long as that is kept.',
        ),
        params,
        response: answers(200, 'The report', oneSchema),
      },
    },
    async (request, reply) => {
      const { authority, report: id } = request.params
      const report = await registry.getReport(authority, id)
      reply.header('cache-control', 'no-store')
      if (!hasKeyOf(request, authority, 'operate')) return formatReport(report, false)
      const people = await registry.listReportVoices(authority, report.id)
      return { ...formatReport(report, true), people: people.map(formatVoice) }
    },
  )

  app.patch(
    `${url}/:report`,
    {
      config: { scope: 'operate' },
      schema: {
        ...documented(
          'reports',
          'updateReport',
          'Join a report to a bin, close it, reject it as none, or open it again',
          'Only what is given changes. `note` is told to whoever reported it, in place of the usual words. The audit has neither what was written nor who reported.',
        ),
        params,
        body: reportPatchSchema,
        response: answers(200, 'As it is now', reportSchema),
      },
    },
    async (request, reply) => {
      const { authority, report: id } = request.params
      const { deviceId } = request.body
      const { requestedTime } = await registry.getReport(authority, id)
      const readings = deviceId ? await intake.readLately(authority, deviceId, requestedTime) : undefined
      const change = { patch: request.body, readings: deviceId === null ? [] : readings }
      reply.header('cache-control', 'no-store')
      return formatReport(await registry.updateReport(authority, id, change, actorOf(request)), true)
    },
  )

  app.delete(
    `${url}/:report/people`,
    {
      config: { scope: 'operate' },
      schema: {
        ...documented(
          'reports',
          'forgetReporters',
          'Forget who made a report, and what they wrote',
          'All who said so, at once and for good; the report itself stays.',
        ),
        params,
        response: answersEmpty('Forgotten'),
      },
    },
    async (request, reply) => {
      const { authority, report: id } = request.params
      const report = await registry.getReport(authority, id)
      await registry.forgetReporters(authority, report.id, actorOf(request))
      return reply.code(204).send()
    },
  )

  const settingsUrl = '/v1/authorities/:authority/report-settings'
  app.get(
    settingsUrl,
    {
      config: { scope: 'read' },
      schema: {
        ...documented('reports', 'getReportSettings', 'How reports are taken'),
        params: authorityParams,
        response: answers(200, 'The settings', reportSettingsSchema),
      },
    },
    async (request) => registry.getReportSettings(request.params.authority),
  )

  app.patch(
    settingsUrl,
    {
      config: { scope: 'admin' },
      schema: {
        ...documented(
          'reports',
          'updateReportSettings',
          'Change how reports are taken',
          'A merge patch (RFC 7396): null resets. What is offered, and what it is called in which language, is in `services`.',
        ),
        params: authorityParams,
        body: settingsPatch,
        response: answers(200, 'As they are now', reportSettingsSchema),
      },
    },
    async (request) =>
      registry.updateReportSettings(request.params.authority, request.body, actorOf(request)),
  )
}

function formatReport(report: CitizenReport, tellsWords: boolean): z.infer<typeof reportSchema> {
  const { requestedTime, updatedTime, closedTime, readings, words, ...rest } = report
  return {
    ...rest,
    requestedTime: formatTime(requestedTime),
    updatedTime: formatTime(updatedTime),
    closedTime: closedTime === null ? null : formatTime(closedTime),
    readings: readings.map(({ time: readTime, fillPercent }) => ({
      time: formatTime(readTime),
      fillPercent,
    })),
    ...(tellsWords && { words }),
  }
}

function formatVoice({ requestedTime, words, contact }: ReportVoice): z.infer<typeof voiceSchema> {
  return { requestedTime: formatTime(requestedTime), words, contact }
}
