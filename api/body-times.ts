import { Socket } from 'node:net'
import { answerMalformed } from './malformed.ts'
import type { Api } from './parts.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** How long a request's body may take to arrive, where it may be large. */
    bodySeconds?: number
  }
}

/** Node has one limit for the time of every request, so that it is the largest's; the others' is held here. */
export function limitBodyTimes(app: Api, seconds: number): void {
  app.addHook('onRequest', async (request, reply) => {
    if (request.method === 'GET' || request.method === 'HEAD') return
    const { raw } = request
    const { socket } = raw
    // What was not sent over a network is there.
    if (!(socket instanceof Socket)) return
    const limitMs = 1000 * (request.routeOptions.config.bodySeconds ?? seconds)
    const timer = setTimeout(() => {
      if (raw.complete) return
      if (reply.raw.headersSent) socket.destroy()
      else
        answerMalformed(
          Object.assign(new Error('The body is late'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' }),
          socket,
        )
    }, limitMs).unref()
    const stop = (): void => clearTimeout(timer)
    raw.once('end', stop)
    raw.once('close', stop)
  })
}
