import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { describeRequest } from '../../exchange/open311/describe-request.ts'
import { chooseLanguage } from '../../exchange/texts/texts-for.ts'
import type { CitizenReport } from '../../model/citizen-report.ts'
import { idSchema } from '../../model/id.ts'
import { answersIn, type Open311Format, sendIn } from '../open311/open311-format.ts'
import {
  commonQuery,
  documentedIn,
  OPEN311_PATH,
  REQUEST_NAMES,
  requireJurisdiction,
  routeOf,
} from '../open311/open311-route.ts'
import { requestSchema, tokenSchema } from '../open311/open311-schemas.ts'
import { readRequestFilter, requestsQuery } from '../open311/request-filter.ts'
import type { Api, ApiParts } from '../parts.ts'
import { hasKeyOf } from '../rights.ts'
import { authorityParams } from '../schemas.ts'

/** The standard's own limit of GET service requests. */
const REQUESTS_MAX = 1_000

/** What became of reports (GeoReport v2, GET service requests, GET service request, GET service_request_id from a token). */
export function registerOpen311Requests(
  app: Api,
  { registry, directory, clock }: Pick<ApiParts, 'registry' | 'directory' | 'clock'>,
  format: Open311Format,
): void {
  const route = routeOf(format)
  app.get(
    `${OPEN311_PATH}/requests.${format}`,
    {
      ...route,
      schema: {
        ...documentedIn(
          format,
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
        ...readRequestFilter(request.query, clock.now()),
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
    `${OPEN311_PATH}/requests/:id.${format}`,
    {
      ...route,
      schema: {
        ...documentedIn(format, 'getOpen311Request', 'What became of a report'),
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
    `${OPEN311_PATH}/tokens/:id.${format}`,
    {
      ...route,
      schema: {
        ...documentedIn(
          format,
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
      return sendIn(format, reply, answer, REQUEST_NAMES)
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
    return sendIn(format, reply, requests, REQUEST_NAMES)
  }
}
