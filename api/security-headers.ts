import type { Api } from './parts.ts'

export function setSecurityHeaders(app: Api): void {
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id)
    reply.header('x-content-type-options', 'nosniff')
    reply.header('referrer-policy', 'no-referrer')
    // An answer may differ by these; Accept-Encoding is added by the compression.
    if (request.url.startsWith('/v1/')) reply.header('vary', 'Authorization, Accept')
  })
}
