import { createHash } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Api } from './parts.ts'

/**
 * Gives every 200 to a GET an ETag by its content, and answers 304 where the client has it already (RFC 9110, 13.1.2).
 * Weak, because compression comes after. An endpoint whose answer holds something that changes without meaning
 * anything, such as an age, sets the ETag itself (see `weakETag`).
 */
export function answerNotModified(app: Api): void {
  // With `done` rather than a promise, as all that every request passes through: a promise each would take a third of the time.
  app.addHook('onSend', (request, reply, payload, done) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return done(null, payload)
    if (reply.statusCode !== 200) return done(null, payload)
    if (typeof payload !== 'string' && !Buffer.isBuffer(payload)) return done(null, payload)
    if (!reply.hasHeader('etag')) reply.header('etag', weakETag(payload))
    if (!reply.hasHeader('cache-control')) setCacheControl(reply, request.caller !== undefined)
    if (!matches(request.headers['if-none-match'], String(reply.getHeader('etag')))) {
      return done(null, payload)
    }
    reply.code(304).removeHeader('content-length').removeHeader('content-type')
    done(null, null)
  })
}

export function weakETag(content: string | Buffer): string {
  return `W/"${createHash('sha1').update(content).digest('base64url')}"`
}

/** Anybody may keep an answer but has to ask each time whether it still holds; one made for a key only privately. */
function setCacheControl(reply: FastifyReply, isPrivate: boolean): void {
  reply.header('cache-control', isPrivate ? 'private, no-cache' : 'no-cache')
}

/** Whether the client has what the answer's ETag says, for an answer that is not whole when it is sent. */
export function isKnown(request: FastifyRequest, reply: FastifyReply): boolean {
  return matches(request.headers['if-none-match'], String(reply.getHeader('etag')))
}

function matches(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false
  if (ifNoneMatch.trim() === '*') return true
  const wanted = opaqueTag(etag)
  return ifNoneMatch.split(',').some((tag) => opaqueTag(tag.trim()) === wanted)
}

/** The weak comparison (RFC 9110, 8.8.3.2) does not care for `W/`. */
function opaqueTag(etag: string): string {
  return etag.startsWith('W/') ? etag.slice(2) : etag
}
