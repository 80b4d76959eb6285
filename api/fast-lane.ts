import { randomUUID } from 'node:crypto'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Authority, Publishable } from '../model/authority.ts'
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
  /**
   * The body's bytes as Latin-1 characters where they are few: with its head it goes out in one piece, which Node writes without
   * another buffer as long as both are at most 16 KiB. It saves a fifth.
   */
  readonly text: string | undefined
  readonly route: string
  /**
   * Name and value by turns: what is each request's own, whose values are set before each sending, then what the endpoint has sent.
   * One array for all, since the head is written before anything else is done.
   */
  readonly head: string[]
  /** performance.now */
  readonly until: number
  /** The authority as it was when it was last seen to have published this. */
  allowedBy: Authority | undefined
}

/** Where in `head` the values of a request's own are. */
const REQUEST_ID = 1
const REMAINING = 3
const RESET = 5
/** So that nothing holds here for longer than it takes an endpoint to notice by itself. */
const HOLDS_MS = 1_000
/** Answers that are kept, whose bodies the endpoints have, too; all are let go where one more would be. */
const ANSWERS_MAX = 5_000
const TEXT_MAX_BYTES = 15 * 1024
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
  const limit = String(requestsPerMinute)
  /** Ids of requests are told apart by their number behind this: a random one each takes longer than all the rest of the head. */
  const idsBegin = randomUUID()
  let taken = 0
  const clients = new WeakMap<Socket, string>()
  let isClosed = false

  return {
    offer(request, reply, offer) {
      if (request.method !== 'GET' || request.caller || isSpecial(request.raw)) return
      if (answers.size >= ANSWERS_MAX) answers.clear()
      const headers = Object.entries(reply.getHeaders())
        .filter(([name, value]) => value !== undefined && !OWN.test(name))
        .flatMap(([name, value]) => [name, String(value)])
      const own = ['x-request-id', '', 'x-ratelimit-remaining', '', 'x-ratelimit-reset', '']
      const ofAll = ['x-ratelimit-limit', limit, 'content-length', String(offer.body.length)]
      answers.set(keyOf(request.raw), {
        ...offer,
        text: textOf(offer.body),
        route: request.routeOptions.url ?? 'none',
        head: [...own, ...headers, ...ofAll],
        until: performance.now() + HOLDS_MS,
        allowedBy: undefined,
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
    if (!isAllowed(answer)) return false
    const { current, ttl } = counts.count(clientOf(request.socket))
    if (current > requestsPerMinute) return false
    const { head } = answer
    taken += 1
    head[REQUEST_ID] = `${idsBegin}-${taken}`
    head[REMAINING] = String(requestsPerMinute - current)
    head[RESET] = String(Math.ceil(ttl / 1000))
    response.writeHead(200, head)
    if (answer.text === undefined) response.end(answer.body)
    else response.end(answer.text, 'latin1')
    const seconds = (performance.now() - begun) / 1000
    metrics.observeRequest({ method: 'GET', route: answer.route, status: 200, seconds })
    return true
  }

  /** As the rate limit names it; the text is kept, since putting it together anew each time costs as much as the counting. */
  function clientOf(socket: Socket): string {
    let client = clients.get(socket)
    if (client === undefined) {
      client = `ip:${socket.remoteAddress ?? ''}`
      clients.set(socket, client)
    }
    return client
  }

  function isAllowed(answer: Answer): boolean {
    const authority = known.peekAuthority(answer.authority)
    if (!authority) return false
    if (authority === answer.allowedBy) return true
    if (![answer.published].flat().some((each) => authority.published.includes(each))) return false
    answer.allowedBy = authority
    return true
  }
}

function textOf(body: Buffer): string | undefined {
  return body.length <= TEXT_MAX_BYTES ? body.toString('latin1') : undefined
}

function isSpecial({ headers }: IncomingMessage): boolean {
  for (const name of SPECIAL) if (headers[name] !== undefined) return true
  return false
}

function keyOf({ url, headers }: IncomingMessage): string {
  const encoding = headers['accept-encoding']
  return encoding === undefined ? (url ?? '') : `${url} ${encoding}`
}
