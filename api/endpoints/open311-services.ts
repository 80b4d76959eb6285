import { z } from 'zod'
import { defineService, isOffered, listServices } from '../../exchange/open311/describe-service.ts'
import { REPORT_SERVICES } from '../../model/citizen-report.ts'
import { KerbsideError } from '../../model/error.ts'
import { answersIn, type Open311Format, sendIn } from '../open311/open311-format.ts'
import {
  commonQuery,
  documentedIn,
  languageOf,
  OPEN311_PATH,
  requireJurisdiction,
  routeOf,
} from '../open311/open311-route.ts'
import { definitionSchema, serviceSchema } from '../open311/open311-schemas.ts'
import type { Api, ApiParts } from '../parts.ts'
import { authorityParams } from '../schemas.ts'

/** What may be reported (GeoReport v2, GET service list and GET service definition). */
export function registerOpen311Services(
  app: Api,
  { registry }: Pick<ApiParts, 'registry'>,
  format: Open311Format,
): void {
  const route = routeOf(format)
  app.get(
    `${OPEN311_PATH}/services.${format}`,
    {
      ...route,
      schema: {
        ...documentedIn(format, 'listOpen311Services', 'What may be reported'),
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
    `${OPEN311_PATH}/services/:service.${format}`,
    {
      ...route,
      schema: {
        ...documentedIn(format, 'getOpen311Service', 'What a report may say besides'),
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
}
