import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { describeRequest } from '../../exchange/open311/describe-request.ts'
import { defineService, isOffered, listServices } from '../../exchange/open311/describe-service.ts'
import { chooseLanguage, textsFor } from '../../exchange/texts/texts-for.ts'
import { type CitizenReport, REPORT_SERVICES, REPORT_STATUSES } from '../../model/citizen-report.ts'
import { KerbsideError } from '../../model/error.ts'
import { ID_PATTERN, idSchema } from '../../model/id.ts'
import type { ReportFilter } from '../../registry/registry.ts'
import { baseUrlOf } from '../base-url.ts'
import { documentedPublishable } from '../documented.ts'
import {
  answerErrorsIn,
  answersIn,
  OPEN311_FORMATS,
  type Open311Format,
  sendIn,
} from '../open311/open311-format.ts'
import { parseForms } from '../open311/parse-forms.ts'
import { postedReportSchema, readPosted } from '../open311/posted-report.ts'
import { createSaidBefore } from '../open311/said-before.ts'
import type { Api, ApiParts } from '../parts.ts'
import { createRateCounts } from '../rate-counts.ts'
import { createReportIntake } from '../report-intake.ts'
import { hasKeyOf } from '../rights.ts'
import { authorityParams, schemas } from '../schemas.ts'
import { timeQuery } from '../time-query.ts'

const SPECIFICATION = 'http://wiki.open311.org/GeoReport_v2'
/** When the services that every authority has were last changed. */
const CHANGESET = '2026-11-29T00:00:00Z'
/** The standard's own limits of GET service requests. */
const REQUESTS_MAX = 1_000
const SPAN_MS = 90 * 86_400_000
/** Reports from an address without a key; more are answered with 429. */
const PER_HOUR = 20
const HOUR_MS = 3_600_000
/** Addresses that are counted; the least recently seen are let go. */
const COUNTED_MAX = 10_000
const IDS_MAX = 100

const text = z.string().nullable()
const serviceSchema = z.object({
  service_code: z.string(),
  service_name: z.string(),
  description: z.string(),
  metadata: z.boolean(),
  type: z.literal('realtime'),
  keywords: z.string(),
  group: z.string(),
})
const definitionSchema = z.object({
  service_code: z.string(),
  attributes: z.array(
    z.object({
      variable: z.boolean(),
      code: z.string(),
      datatype: z.string(),
      required: z.boolean(),
      datatype_description: z.string(),
      order: z.int(),
      description: z.string(),
      values: z.array(z.object({ key: z.string(), name: z.string() })),
    }),
  ),
})
const requestSchema = z.object({
  service_request_id: z.string(),
  status: z.enum(REPORT_STATUSES),
  status_notes: z.string(),
  service_name: z.string(),
  service_code: z.string(),
  description: text,
  agency_responsible: z.string(),
  service_notice: text,
  requested_datetime: z.iso.datetime(),
  updated_datetime: z.iso.datetime(),
  expected_datetime: text,
  address: text,
  address_id: text,
  zipcode: text,
  lat: z.number().nullable(),
  long: z.number().nullable(),
  media_url: text,
})
const postedSchema = z.object({
  service_request_id: z.string(),
  service_notice: z.string(),
  account_id: text,
})
const tokenSchema = z.object({ service_request_id: z.string(), token: z.string() })
const discoverySchema = z.object({
  changeset: z.string(),
  contact: z.string(),
  key_service: z.string(),
  endpoints: z.array(
    z.object({
      specification: z.string(),
      url: z.string(),
      changeset: z.string(),
      type: z.string(),
      formats: z.array(z.string()),
    }),
  ),
})
schemas.add(requestSchema, { id: 'Open311Request' })
schemas.add(serviceSchema, { id: 'Open311Service' })

const listSchema = z
  .string()
  .max(5_000)
  .transform((list) => list.split(',').map((part) => part.trim()))
const commonQuery = z.object({
  jurisdiction_id: idSchema.optional().describe("The authority's id, which the path has already"),
  lang: z.string().max(35).optional().describe('en or cy; Accept-Language otherwise'),
  api_key: z.string().max(500).optional().describe('Not looked at: a key goes into the header Authorization'),
  extensions: z.string().max(10).optional().describe('There are none'),
})
const requestsQuery = commonQuery.extend({
  service_request_id: listSchema.optional().describe('Ids with commas; nothing else is then looked at'),
  service_code: listSchema.optional().describe('Codes with commas'),
  start_date: timeQuery.describe('90 days before end_date by default'),
  end_date: timeQuery.describe('90 days after start_date by default, or now'),
  status: listSchema.optional().describe('open, closed, or both with a comma'),
})

/** The GeoReport API of Open311, version 2: what people report, and what becomes of it. The jurisdiction is the authority. */
export async function registerOpen311(app: Api, parts: ApiParts): Promise<void> {
  for (const format of OPEN311_FORMATS) registerReading(app, parts, format)
  await app.register(async (plugin) => {
    const forms = plugin as unknown as Api
    parseForms(forms)
    const intake = createReportIntake(parts)
    const reporters = createRateCounts(COUNTED_MAX, HOUR_MS)
    const said = createSaidBefore(COUNTED_MAX)
    for (const format of OPEN311_FORMATS) {
      forms.post(
        `${PATH}/requests.${format}`,
        {
          ...routeOf(format),
          schema: {
            ...documentedPublishable(
              'reports',
              `createOpen311Request${suffixOf(format)}`,
              `Report something (GeoReport v2, POST service request, ${format})`,
              'A form, as the standard has it, or JSON with the same fields. The bin is `attribute[device]`, or else the nearest one within the distance of the settings. A report of the same that was made near by a short time ago is attached to the first, whose id is then the answer. `device_id` and `account_id` are not kept. Without a key, 20 reports an hour from an address.',
            ),
            consumes: ['application/x-www-form-urlencoded', 'multipart/form-data', 'application/json'],
            params: authorityParams,
            querystring: commonQuery,
            body: postedReportSchema,
            response: answersIn(format, 201, 'It is kept', z.array(postedSchema)),
          },
        },
        async (request, reply) => {
          const { authority } = request.params
          requireJurisdiction(authority, request.body.jurisdiction_id ?? request.query.jurisdiction_id)
          if (!request.caller) {
            const { current, ttl } = reporters.count(request.ip)
            if (current > PER_HOUR) {
              reply.header('retry-after', String(Math.ceil(ttl / 1000)))
              throw new KerbsideError('RATE_LIMITED', `More than ${PER_HOUR} reports in an hour from here`)
            }
          }
          const language = languageOf(request)
          const posted = { ...readPosted(request.body), language }
          // Who has a key speaks for others, each of whom counts.
          const { caller, ip } = request
          const { report, isDuplicate } = await intake.take(authority, posted, {
            actor: caller?.actor ?? 'public',
            saidBefore: caller ? new Set() : said.listOf(ip),
          })
          if (!caller) said.note(ip, report.id)
          reply.code(201).header('cache-control', 'no-store')
          const texts = textsFor(language)
          const answer = [
            {
              service_request_id: report.id,
              service_notice: isDuplicate ? texts.reportAttached : texts.reportReceived,
              account_id: null,
            },
          ]
          return sendIn(format, reply, answer, { rootName: 'service_requests', itemName: 'request' })
        },
      )
    }
  })
}

const PATH = '/v1/authorities/:authority/open311/v2'

function registerReading(
  app: Api,
  { registry, directory, clock, publicUrl }: ApiParts,
  format: Open311Format,
): void {
  const route = routeOf(format)
  const suffix = suffixOf(format)
  const document = (name: string, summary: string, description?: string) =>
    documentedPublishable('reports', `${name}${suffix}`, `${summary} (GeoReport v2, ${format})`, description)

  app.get(
    `${PATH}/discovery.${format}`,
    {
      ...route,
      schema: {
        ...document('getOpen311Discovery', 'Where the API is, and in which formats'),
        params: authorityParams,
        querystring: commonQuery,
        response: answersIn(format, 200, 'The service discovery', discoverySchema),
      },
    },
    async (request, reply) => {
      const { authority } = request.params
      const root = baseUrlOf(request, publicUrl)
      const url = `${root}${PATH.replace(':authority', authority)}`
      const formats = ['text/xml', 'application/json']
      const discovery = {
        changeset: CHANGESET,
        contact: (await registry.getAuthority(authority)).name,
        key_service: `${root}/docs`,
        endpoints: [{ specification: SPECIFICATION, url, changeset: CHANGESET, type: 'production', formats }],
      }
      return sendIn(format, reply, discovery, { rootName: 'discovery' })
    },
  )

  app.get(
    `${PATH}/services.${format}`,
    {
      ...route,
      schema: {
        ...document('listOpen311Services', 'What may be reported'),
        params: authorityParams,
        querystring: commonQuery,
        response: answersIn(format, 200, 'The services', z.array(serviceSchema)),
      },
    },
    async (request, reply) => {
      const { authority } = request.params
      requireJurisdiction(authority, request.query.jurisdiction_id)
      const services = listServices(await registry.getReportSettings(authority), languageOf(request))
      return sendIn(format, reply, services, { rootName: 'services', itemName: 'service' })
    },
  )

  app.get(
    `${PATH}/services/:service.${format}`,
    {
      ...route,
      schema: {
        ...document('getOpen311Service', 'What a report may say besides'),
        params: authorityParams.extend({ service: z.string().max(100) }),
        querystring: commonQuery,
        response: answersIn(format, 200, 'The service definition', definitionSchema),
      },
    },
    async (request, reply) => {
      const { authority, service } = request.params
      requireJurisdiction(authority, request.query.jurisdiction_id)
      const code = REPORT_SERVICES.find((known) => known === service)
      if (!code || !isOffered(await registry.getReportSettings(authority), code)) {
        throw new KerbsideError('NOT_FOUND', `There is no service ${service} here`)
      }
      const definition = defineService(code, languageOf(request))
      return sendIn(format, reply, definition, { rootName: 'service_definition' })
    },
  )

  app.get(
    `${PATH}/requests.${format}`,
    {
      ...route,
      schema: {
        ...document(
          'listOpen311Requests',
          'What was reported, and what became of it',
          'Newest first: at most 1,000, of 90 days at most. Who reported is never told. Without a key, places are those of public bins or on a grid of 100 m. Addresses take a key of the scope operate, and so do descriptions and links unless the authority publishes them.',
        ),
        params: authorityParams,
        querystring: requestsQuery,
        response: answersIn(format, 200, 'The requests', z.array(requestSchema)),
      },
    },
    async (request, reply) => {
      const { authority } = request.params
      requireJurisdiction(authority, request.query.jurisdiction_id)
      const { items } = await registry.listReports(authority, {
        ...readFilter(request.query, clock.now()),
        limit: REQUESTS_MAX,
      })
      // What was no report is told to nobody but whoever made it, by its id.
      const told = hasKeyOf(request, authority)
        ? items
        : items.filter(({ outcome }) => outcome !== 'rejected')
      return send(request, reply, told)
    },
  )

  const idParams = authorityParams.extend({ id: idSchema })
  app.get(
    `${PATH}/requests/:id.${format}`,
    {
      ...route,
      schema: {
        ...document('getOpen311Request', 'What became of a report'),
        params: idParams,
        querystring: commonQuery,
        response: answersIn(format, 200, 'The request, alone in a list', z.array(requestSchema)),
      },
    },
    async (request, reply) => {
      const { authority, id } = request.params
      requireJurisdiction(authority, request.query.jurisdiction_id)
      return send(request, reply, [await registry.getReport(authority, id)])
    },
  )

  app.get(
    `${PATH}/tokens/:id.${format}`,
    {
      ...route,
      schema: {
        ...document(
          'getOpen311Token',
          'The id of a report by its token',
          'A report has its id at once, which is its token, too; that of one that was attached to another leads to the first.',
        ),
        params: idParams,
        querystring: commonQuery,
        response: answersIn(format, 200, 'The id, alone in a list', z.array(tokenSchema)),
      },
    },
    async (request, reply) => {
      const { authority, id } = request.params
      requireJurisdiction(authority, request.query.jurisdiction_id)
      const report = await registry.getReport(authority, id)
      const answer = [{ service_request_id: report.id, token: id }]
      return sendIn(format, reply, answer, { rootName: 'service_requests', itemName: 'request' })
    },
  )

  async function send(
    request: FastifyRequest<{ Params: { authority: string }; Querystring: { lang?: string | undefined } }>,
    reply: Parameters<typeof sendIn>[1],
    reports: readonly CitizenReport[],
  ): Promise<never> {
    const { authority } = request.params
    const [settings, { name: agency }] = await Promise.all([
      registry.getReportSettings(authority),
      registry.getAuthority(authority),
      directory.refresh(),
    ])
    const isOwn = hasKeyOf(request, authority)
    const isOperator = hasKeyOf(request, authority, 'operate')
    const requests = reports.map((report) => {
      const { lang } = request.query
      return describeRequest(report, {
        settings,
        agency,
        audience: isOperator ? 'operators' : isOwn ? 'authority' : 'public',
        language: chooseLanguage(lang ?? report.language, undefined),
        bin: report.deviceId === null ? undefined : directory.find(authority, report.deviceId)?.device,
      })
    })
    return sendIn(format, reply, requests, { rootName: 'service_requests', itemName: 'request' })
  }
}

function routeOf(format: Open311Format) {
  return {
    config: { scope: 'read', published: 'open311' },
    errorHandler: answerErrorsIn(format),
  } as const
}

function suffixOf(format: Open311Format): string {
  return format === 'json' ? 'Json' : 'Xml'
}

function requireJurisdiction(authority: string, jurisdiction: string | undefined): void {
  if (jurisdiction === undefined || jurisdiction === authority) return
  throw new KerbsideError('NOT_FOUND', `jurisdiction_id: there is no jurisdiction ${jurisdiction} here`)
}

function languageOf(request: { query: unknown; headers: FastifyRequest['headers'] }) {
  const { lang } = request.query as { lang?: string }
  return chooseLanguage(lang, request.headers['accept-language'])
}

function readFilter(query: z.infer<typeof requestsQuery>, now: number): ReportFilter {
  const { service_request_id: ids, service_code: codes, status } = query
  if (ids) {
    if (ids.length > IDS_MAX) throw refuse('service_request_id', `has more than ${IDS_MAX} ids`)
    // What is no id is none of a report.
    return { ids: ids.filter((id) => ID_PATTERN.test(id)) }
  }
  for (const each of status ?? []) {
    if (!REPORT_STATUSES.some((known) => known === each)) {
      throw refuse('status', `must be ${REPORT_STATUSES.join(' or ')}, but it was ${JSON.stringify(each)}`)
    }
  }
  const from = query.start_date ?? (query.end_date ?? now) - SPAN_MS
  const to = query.end_date ?? from + SPAN_MS
  if (to - from > SPAN_MS) throw refuse('end_date', 'is more than 90 days after start_date')
  const [only] = new Set(status)
  return {
    from,
    to,
    ...(codes && { services: REPORT_SERVICES.filter((code) => codes.includes(code)) }),
    ...(only !== undefined &&
      new Set(status).size === 1 && { status: only as NonNullable<ReportFilter['status']> }),
  }
}

function refuse(path: string, message: string): KerbsideError {
  return new KerbsideError('INVALID_REQUEST', `${path} ${message}`, { faults: [{ path, message }] })
}
