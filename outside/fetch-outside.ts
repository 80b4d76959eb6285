import { type IncomingMessage, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { pipeline } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib'
import { createOutsideLookup, refusePrivateHost } from './outside-lookup.ts'

const REDIRECTS_MAX = 3
const REDIRECT_STATUSES = new Set([301, 302, 303, 307, 308])

export interface OutsideRequest {
  readonly url: string
  /** Posted, where it is given; then a redirect is an answer like any other. */
  readonly body?: Buffer
  readonly headers?: Readonly<Record<string, string>>
  /** Sent to the host of `url` alone, and over TLS alone where that is over TLS. */
  readonly secretHeaders?: Readonly<Record<string, string>>
  readonly isPrivateAllowed: boolean
  /** Of the body, unpacked; a larger one is an error. */
  readonly bytesMax: number
  /** For all of it, redirects and body. */
  readonly timeoutMs: number
  readonly signal?: AbortSignal
}

export interface OutsideAnswer {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly bytes: Uint8Array
}

/**
 * Asks an outside address that a user has configured, following redirects. Rejects where it does not answer in time, answers
 * too much, or leads to a private network.
 */
export async function fetchOutside(request: OutsideRequest): Promise<OutsideAnswer> {
  const timeout = AbortSignal.timeout(request.timeoutMs)
  const signal = request.signal ? AbortSignal.any([request.signal, timeout]) : timeout
  const lookup = createOutsideLookup(request.isPrivateAllowed)
  const first = new URL(request.url)
  let url = first
  for (let redirects = 0; ; redirects += 1) {
    const response = await open(url)
    const { statusCode: status = 0, headers } = response
    if (request.body || !REDIRECT_STATUSES.has(status) || headers.location === undefined) {
      return { status, headers, bytes: await readBody(response) }
    }
    response.destroy()
    if (redirects === REDIRECTS_MAX) throw new Error(`it redirects more than ${REDIRECTS_MAX} times`)
    url = new URL(headers.location, url)
    if (!/^https?:$/.test(url.protocol)) throw new Error(`it redirects to ${url.protocol}`)
  }

  function open(to: URL): Promise<IncomingMessage> {
    refusePrivateHost(to.hostname, request.isPrivateAllowed)
    const mayTell = to.origin === first.origin
    const { body } = request
    const headers = {
      'accept-encoding': 'br, gzip',
      ...(body && { 'content-length': body.length }),
      ...request.headers,
      ...(mayTell && request.secretHeaders),
    }
    const send = to.protocol === 'https:' ? requestHttps : requestHttp
    return new Promise((resolve, reject) => {
      // No agent: a connection that is kept would be used again without its address being looked at.
      const method = body ? 'POST' : 'GET'
      send(to, { method, agent: false, lookup, headers, signal }, resolve).on('error', reject).end(body)
    })
  }

  async function readBody(response: IncomingMessage): Promise<Uint8Array> {
    const chunks: Buffer[] = []
    let length = 0
    for await (const chunk of unpack(response)) {
      length += chunk.length
      if (length > request.bytesMax) {
        response.destroy()
        throw new Error(`it answers with more than ${request.bytesMax} bytes`)
      }
      chunks.push(chunk)
    }
    return Buffer.concat(chunks)
  }
}

function unpack(response: IncomingMessage): AsyncIterable<Buffer> {
  const decompress = {
    gzip: createGunzip,
    'x-gzip': createGunzip,
    deflate: createInflate,
    br: createBrotliDecompress,
  }[response.headers['content-encoding'] ?? '']
  // A failure of either is thrown to whoever reads.
  return decompress ? pipeline(response, decompress(), () => undefined) : response
}
