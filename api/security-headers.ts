import type { Api } from './parts.ts'

export function setSecurityHeaders(app: Api): void {
  app.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id)
    reply.header('x-content-type-options', 'nosniff')
    reply.header('referrer-policy', 'no-referrer')
    // An answer may differ by these, also where it is not compressed or a 304; the compression looks for its own in small
    // letters before it adds it.
    const own = request.url.startsWith('/v1/') ? 'authorization, accept, ' : ''
    reply.header('vary', `${own}accept-encoding`)
    done()
  })
}
