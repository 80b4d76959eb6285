import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import type { FastifyReply, FastifyRequest } from 'fastify'

const compressGzip = promisify(gzip)
const compressBrotli = promisify(brotliCompress)
/** Less is not worth the header. */
const COMPRESSED_FROM_BYTES = 1024
/** Brotli's default of 11 takes a hundred times as long; 5 is a tenth smaller than gzip for the same time. */
const BROTLI_QUALITY = 5

/** An answer that many are given: compressed once for all of them, outside of the main thread. */
export interface ServedBody {
  readonly mediaType: string
  readonly etag: string
  /** In ms since 1970; undefined where it is not said. */
  readonly modifiedTime: number | undefined
  readonly plain: Buffer
  encoded(encoding: 'br' | 'gzip'): Promise<Buffer>
}

export function createServedBody({
  mediaType,
  etag,
  modifiedTime,
  plain,
}: Omit<ServedBody, 'encoded'>): ServedBody {
  const encoded = new Map<'br' | 'gzip', Promise<Buffer>>()
  return {
    mediaType,
    etag,
    modifiedTime,
    plain,
    encoded(encoding) {
      let bytes = encoded.get(encoding)
      if (!bytes) {
        bytes =
          encoding === 'gzip'
            ? compressGzip(plain)
            : compressBrotli(plain, {
                params: {
                  [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY,
                  [constants.BROTLI_PARAM_SIZE_HINT]: plain.length,
                },
              })
        encoded.set(encoding, bytes)
      }
      return bytes
    },
  }
}

/** The options of a route that serves such bodies: nothing else is to compress them. */
export const SERVED_ROUTE = { compress: false } as const

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Asked for so often that two lines of log for each request would cost more than the answer; failures are logged. */
    isQuiet?: boolean
  }
}

/**
 * `offer` is called with what is sent, its headers set. The type lets a handler return it whatever the answer's schema is; the
 * tests check it against that.
 */
export async function serveBody(
  request: FastifyRequest,
  reply: FastifyReply,
  body: ServedBody,
  offer: (bytes: Buffer) => void = () => undefined,
): Promise<never> {
  reply.header('etag', body.etag)
  reply.header('cache-control', request.caller ? 'private, no-cache' : 'no-cache')
  if (body.modifiedTime !== undefined) {
    reply.header('last-modified', new Date(body.modifiedTime).toUTCString())
    // Where both are sent, If-None-Match alone counts (RFC 9110, 13.1.3), which is answered for all alike.
    const since = Date.parse(request.headers['if-modified-since'] ?? '')
    if (request.headers['if-none-match'] === undefined && body.modifiedTime <= since) {
      return reply.code(304).send() as never
    }
  }
  reply.type(body.mediaType)
  const encoding = body.plain.length < COMPRESSED_FROM_BYTES ? undefined : chooseEncoding(request)
  const bytes = encoding === undefined ? body.plain : await body.encoded(encoding)
  if (encoding !== undefined) reply.header('content-encoding', encoding)
  offer(bytes)
  return reply.send(bytes) as never
}

const REFUSED = /;\s*q=0(\.0{0,3})?\s*$/

/** What the client takes of the two; brotli first, which is smaller. */
function chooseEncoding(request: FastifyRequest): 'br' | 'gzip' | undefined {
  const accepted = request.headers['accept-encoding']
  if (accepted === undefined) return undefined
  const names = String(accepted)
    .toLowerCase()
    .split(',')
    .filter((part) => !REFUSED.test(part))
    .map((part) => part.split(';', 1)[0]?.trim())
  if (names.includes('br')) return 'br'
  return names.includes('gzip') || names.includes('*') ? 'gzip' : undefined
}
