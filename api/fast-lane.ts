import { isUtf8 } from 'node:buffer'
import { randomUUID } from 'node:crypto'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Publishable } from '../model/authority.ts'
import type { KnownCallers } from './known-callers.ts'
import type { Metrics } from './metrics.ts'
import type { RateCounts } from './rate-counts.ts'

/**
 * What an endpoint has answered to somebody without a key, and answers to everybody alike for as long as `isCurrent`: it is
 * sent again without all that a request otherwise passes through, which takes longer than the sending.
 */
interface LaneOffer {
  readonly authority: string
  readonly published: Publishable | readonly Publishable[]
  readonly body: Buffer
  readonly isCurrent: () => boolean
}

export interface FastLane {
  offer(request: FastifyRequest, reply: FastifyReply, offer: LaneOffer): void
  /** Answers what it can of the server's requests before the API sees them. */
  openOn(server: Server): void
  /** From now on all is the API's. */
  close(): void
}

interface Answer extends LaneOffer {
  /** The body as a text where it is a small one: it goes out in one piece with its head, which saves a tenth. */
  readonly text: string | undefined
  readonly route: string
  /** Name and value by turns, as the endpoint sent them; without those that are each request's own. */
  readonly headers: readonly string[]
  /** performance.now */
  readonly until: number
}

/** So that nothing holds here for longer than it takes an endpoint to notice by itself. */
const HOLDS_MS = 1_000
/** Answers that are kept, whose bodies the endpoints have, too; all are let go where one more would be. */
const ANSWERS_MAX = 5_000
const TEXT_MAX_BYTES = 16 * 1024
/** Of a request with one of these the endpoints know more. */
const SPECIAL = [
  'authorization',
  'if-none-match',
  'if-modified-since',
  'x-forwarded-for',
  'x-request-id',
  'range',
]
const OWN = /^(x-request-id|x-ratelimit-.*|content-length)$/

export function createFastLane({
  known,
  counts,
  metrics,
  requestsPerMinute,
}: {
  readonly known: KnownCallers
  readonly counts: RateCounts
  readonly metrics: Metrics
  readonly requestsPerMinute: number
}): FastLane {
  const answers = new Map<string, Answer>()
  let isClosed = false

  return {
    offer(request, reply, offer) {
      if (request.method !== 'GET' || request.caller || isSpecial(request.raw)) return
      if (answers.size >= ANSWERS_MAX) answers.clear()
      const headers = Object.entries(reply.getHeaders())
        .filter(([name, value]) => value !== undefined && !OWN.test(name))
        .flatMap(([name, value]) => [name, String(value)])
      answers.set(keyOf(request.raw), {
        ...offer,
        text: textOf(offer.body),
        route: request.routeOptions.url ?? 'none',
        headers,
        until: performance.now() + HOLDS_MS,
      })
    },
    openOn(server) {
      const listeners = server.listeners('request') as ((
        request: IncomingMessage,
        response: ServerResponse,
      ) => void)[]
      server.removeAllListeners('request')
      server.on('request', (request, response) => {
        if (take(request, response)) return
        for (const listener of listeners) listener(request, response)
      })
    },
    close() {
      isClosed = true
    },
  }

  function take(request: IncomingMessage, response: ServerResponse): boolean {
    if (isClosed || request.method !== 'GET') return false
    const key = keyOf(request)
    const answer = answers.get(key)
    if (!answer || isSpecial(request)) return false
    const begun = performance.now()
    if (begun >= answer.until || !answer.isCurrent()) {
      answers.delete(key)
      return false
    }
    const published = known.peekAuthority(answer.authority)?.published ?? []
    if (![answer.published].flat().some((each) => published.includes(each))) return false
    const { current, ttl } = counts.count(`ip:${request.socket.remoteAddress ?? ''}`)
    if (current > requestsPerMinute) return false
    response.writeHead(200, [
      ...answer.headers,
      'x-request-id',
      randomUUID(),
      'x-ratelimit-limit',
      String(requestsPerMinute),
      'x-ratelimit-remaining',
      String(requestsPerMinute - current),
      'x-ratelimit-reset',
      String(Math.ceil(ttl / 1000)),
      'content-length',
      String(answer.body.length),
    ])
    response.end(answer.text ?? answer.body)
    const seconds = (performance.now() - begun) / 1000
    metrics.observeRequest({ method: 'GET', route: answer.route, status: 200, seconds })
    return true
  }
}

function textOf(body: Buffer): string | undefined {
  return body.length <= TEXT_MAX_BYTES && isUtf8(body) ? body.toString() : undefined
}

function isSpecial({ headers }: IncomingMessage): boolean {
  return SPECIAL.some((name) => headers[name] !== undefined)
}

function keyOf({ url, headers }: IncomingMessage): string {
  const encoding = headers['accept-encoding']
  return encoding === undefined ? (url ?? '') : `${url} ${encoding}`
}
