import { z } from 'zod'
import type { Api } from './parts.ts'

/**
 * Refuses query parameters that an endpoint does not know: of a `from` with a typing error nobody would notice that all
 * there is came back. Health, metrics and feeds have none and ignore them, since probes and apps add some to get past
 * caches. Called before the endpoints are registered.
 */
export function refuseUnknownParameters(app: Api): void {
  app.addHook('onRoute', (route) => {
    const { schema, config } = route
    // What has no operation is not ours to describe: the documents' page, and methods that are not possible.
    if (schema?.operationId === undefined) return
    if (config?.scope === 'public' || config?.published === 'gtfs-rt') return
    const { querystring = z.object({}) } = schema
    if (querystring instanceof z.ZodObject) route.schema = { ...schema, querystring: querystring.strict() }
  })
}
