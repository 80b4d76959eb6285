import type { Readable } from 'node:stream'

/**
 * Sends an answer that is serialised already, because it is large or no JSON, or comes piece by piece. Its type lets a handler return it
 * whatever the answer's schema is; the tests check it against that.
 */
export function sendWritten(
  reply: { type(mediaType: string): unknown },
  mediaType: string,
  body: string | Buffer | Readable,
): never {
  return (reply.type(mediaType) as { send(body: string | Buffer | Readable): unknown }).send(body) as never
}
