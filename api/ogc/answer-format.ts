import { createHash } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { DATA_PAGE_STYLE } from '../../exchange/html/write-data-page.ts'
import { HTML } from '../../exchange/ogc/links.ts'
import { prefersHtml } from '../accept.ts'
import { weakETag } from '../conditional-get.ts'
import { answersWith } from '../documented.ts'
import { sendWritten } from '../written.ts'

/** The pages have one style and nothing else that a browser would load or run. */
const PAGE_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(DATA_PAGE_STYLE).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

export const formatQuery = z.object({
  f: z
    .enum(['json', 'html'])
    .optional()
    .describe('JSON, or a page for people; without it, as the header `Accept` says'),
})

/** As `answersWith`, of what `sendEither` sends. */
export function answersEither<M extends string, T extends z.ZodType>(
  description: string,
  mediaType: M,
  schema: T,
) {
  const json = { [mediaType]: { schema } } as Record<M, { schema: T }>
  return answersWith(200, description, { ...json, [HTML]: { schema: z.string() } })
}

/** An answer both ways; what is written is only what is asked for. */
interface Answers {
  readonly mediaType: string
  readonly json: () => object
  readonly html: () => string
  /** What it is known by, where the answer has in it what changes without meaning anything. */
  readonly stable?: unknown
}

export function sendEither(
  request: FastifyRequest<{ Querystring: z.infer<typeof formatQuery> }>,
  reply: FastifyReply,
  { mediaType, json, html, stable }: Answers,
): never {
  const isHtml =
    request.query.f === 'html' || (request.query.f === undefined && prefersHtml(request.headers.accept))
  if (stable !== undefined) reply.header('etag', weakETag(`${isHtml} ${JSON.stringify(stable)}`))
  if (!isHtml) return sendWritten(reply, `${mediaType}; charset=utf-8`, JSON.stringify(json()))
  reply.header('content-security-policy', PAGE_POLICY)
  return sendWritten(reply, 'text/html; charset=utf-8', html())
}
