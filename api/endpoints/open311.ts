import { baseUrlOf } from '../base-url.ts'
import { answersIn, OPEN311_FORMATS, type Open311Format, sendIn } from '../open311/open311-format.ts'
import { commonQuery, documentedIn, OPEN311_PATH, routeOf } from '../open311/open311-route.ts'
import { discoverySchema } from '../open311/open311-schemas.ts'
import type { Api, ApiParts } from '../parts.ts'
import { authorityParams } from '../schemas.ts'
import { registerOpen311Intake } from './open311-intake.ts'
import { registerOpen311Requests } from './open311-requests.ts'
import { registerOpen311Services } from './open311-services.ts'

const SPECIFICATION = 'http://wiki.open311.org/GeoReport_v2'
/** When the services that every authority has were last changed. */
const CHANGESET = '2026-11-29T00:00:00Z'

/** The GeoReport API of Open311, version 2: what people report, and what becomes of it. The jurisdiction is the authority. */
export async function registerOpen311(app: Api, parts: ApiParts): Promise<void> {
  for (const format of OPEN311_FORMATS) {
    registerDiscovery(app, parts, format)
    registerOpen311Services(app, parts, format)
    registerOpen311Requests(app, parts, format)
  }
  await registerOpen311Intake(app, parts)
}

function registerDiscovery(app: Api, { registry, publicUrl }: ApiParts, format: Open311Format): void {
  app.get(
    `${OPEN311_PATH}/discovery.${format}`,
    {
      ...routeOf(format),
      schema: {
        ...documentedIn(format, 'getOpen311Discovery', 'Where the API is, and in which formats'),
        params: authorityParams,
        querystring: commonQuery,
        response: answersIn(format, 200, 'The service discovery', discoverySchema),
      },
    },
    async (request, reply) => {
      const { authority } = request.params
      const root = baseUrlOf(request, publicUrl)
      const url = `${root}${OPEN311_PATH.replace(':authority', authority)}`
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
}
