import type { Metrics } from './metrics.ts'
import type { Api } from './parts.ts'

/** How long each request took, by its endpoint's pattern. */
export function measureRequests(app: Api, metrics: Metrics): void {
  app.addHook('onResponse', (request, reply, done) => {
    metrics.observeRequest({
      method: request.method,
      // The pattern, never the path: anybody may make up paths, and each label is kept for ever.
      route: request.routeOptions.url ?? 'none',
      status: reply.statusCode,
      seconds: reply.elapsedTime / 1000,
    })
    done()
  })
}
