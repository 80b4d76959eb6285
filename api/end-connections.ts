import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { FastifyInstance } from 'fastify'

/** What is being answered when the server closes may take so long; a body, or an answer, that trickles is cut off. */
const GRACE_MS = 3_000
/** A connection is kept alive after its answer, also while the server closes: looked for so often. */
const IDLE_EVERY_MS = 100

/**
 * Lets the server close in seconds, whoever is connected: `server.close` alone waits for every client that has sent half a
 * request, or reads nothing, for over a minute, and for WebSockets for good.
 */
export function endConnections(app: Pick<FastifyInstance, 'addHook' | 'server'>): void {
  const { server } = app
  const sockets = new Set<Socket>()
  const upgraded = new Set<Duplex>()
  let isClosing = false
  let grace: NodeJS.Timeout | undefined
  let idle: NodeJS.Timeout | undefined

  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  server.on('upgrade', (_request, socket) => {
    if (isClosing) socket.destroy()
    upgraded.add(socket)
    socket.once('close', () => upgraded.delete(socket))
  })
  app.addHook('preClose', async () => {
    isClosing = true
    for (const socket of upgraded) socket.destroy()
    idle = setInterval(() => server.closeIdleConnections(), IDLE_EVERY_MS)
    grace = setTimeout(() => {
      for (const socket of sockets) socket.destroy()
    }, GRACE_MS)
  })
  app.addHook('onClose', async () => {
    clearInterval(idle)
    clearTimeout(grace)
  })
}
