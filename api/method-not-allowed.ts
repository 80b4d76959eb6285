import type { HTTPMethods } from 'fastify'
import { KerbsideError } from '../model/error.ts'
import type { Api } from './parts.ts'

/** What paths may have; OPTIONS is answered for all. */
export const METHODS: readonly HTTPMethods[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']

/** Known, and possible nowhere, which a path that is there says of itself. */
export const POSSIBLE_NOWHERE: readonly HTTPMethods[] = ['TRACE', 'QUERY']

/** A path that is there, asked by a method that is not, gets 405 with `Allow` (RFC 9110, 15.5.6). Called last. */
export function addMethodNotAllowed(app: Api): void {
  const methodsByUrl = Map.groupBy(app.knownRoutes, (route) => route.url)
  for (const [url, routes] of methodsByUrl) {
    const allowed = METHODS.filter((method) => routes.some((route) => route.method === method))
    const others = [...METHODS, ...POSSIBLE_NOWHERE].filter((method) => !allowed.includes(method))
    // The documents' page is a plug-in's own, static and read only.
    if (url.startsWith('/docs') || allowed.length === 0 || others.length === 0) continue
    const allow = [...allowed, 'OPTIONS'].join(', ')
    app.route({
      method: others,
      url,
      schema: { hide: true },
      config: { scope: 'public' },
      // Counted as any request, and before anybody asks of what type its body is.
      preParsing: async (request, reply) => {
        reply.header('allow', allow)
        throw new KerbsideError('METHOD_NOT_ALLOWED', `${request.method} is not possible here, but ${allow}`)
      },
      handler: async () => undefined,
    })
  }
}
