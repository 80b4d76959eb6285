import { PassThrough } from 'node:stream'
import type { FastifyReply } from 'fastify'

/** Comments this often keep proxies from closing a stream on which nothing happens. */
const HEARTBEAT_MS = 15_000
/** A client that reads so slowly that this much waits for it is cut off; it comes back with its Last-Event-ID. */
const WAITING_BYTES_MAX = 256 * 1024

export interface ServerSentEvent {
  readonly id: string
  readonly event: string
  /** To be sent as JSON. */
  readonly data: unknown
}

/** The options of a route that answers with a stream: it may go on for as long as a timer can tell. */
export const EVENT_STREAM_ROUTE = { handlerTimeout: 2 ** 31 - 1, exposeHeadRoute: false } as const

/** One client's stream of server-sent events. */
export interface EventStream {
  send(event: ServerSentEvent): void
  /** What was sent before arrives still. */
  end(): void
}

/**
 * Answers with a stream of server-sent events; the handler returns what this calls `answer`. `onClose` is called once,
 * however the stream ends.
 */
export function openEventStream(
  reply: FastifyReply,
  onClose: () => void,
): { stream: EventStream; answer: FastifyReply } {
  const body = new PassThrough()
  const heartbeat = setInterval(() => write(': \n\n'), HEARTBEAT_MS)
  heartbeat.unref()
  body.once('close', () => {
    clearInterval(heartbeat)
    onClose()
  })
  // Something has to be sent for the client to see that the stream is open.
  write(': \n\n')
  const answer = reply
    .type('text/event-stream')
    .header('cache-control', 'no-store')
    // Some proxies gather an answer before they pass it on, unless they are told.
    .header('x-accel-buffering', 'no')
    .send(body)
  return {
    answer,
    stream: {
      send: ({ id, event, data }) => write(`id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`),
      end: () => body.end(),
    },
  }

  function write(text: string): void {
    if (body.writableEnded || body.destroyed) return
    if (body.writableLength > WAITING_BYTES_MAX) body.destroy()
    else body.write(text)
  }
}
