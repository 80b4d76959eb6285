import type { FastifyContextConfig, FastifySchema } from 'fastify'
import type { Api } from './parts.ts'

/** A route as it was registered. */
export interface KnownRoute {
  readonly method: string
  /** With its parameters, such as `/v1/authorities/:authority`. */
  readonly url: string
  readonly config: Readonly<FastifyContextConfig>
  readonly schema: FastifySchema & { readonly hide?: boolean }
}

declare module 'fastify' {
  interface FastifyInstance {
    /** Every route of the router, in the order of registration. */
    readonly knownRoutes: readonly KnownRoute[]
  }
}

export function collectRoutes(app: Api): void {
  const routes: KnownRoute[] = []
  app.decorate('knownRoutes', routes)
  app.addHook('onRoute', (route) => {
    for (const method of [route.method].flat()) {
      routes.push({
        method,
        url: route.url,
        // Read later: a plug-in's own hook may add to it still.
        get config() {
          return route.config ?? {}
        },
        get schema() {
          return route.schema ?? {}
        },
      })
    }
  })
}
