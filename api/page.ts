import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { ID_PATTERN } from '../model/id.ts'
import type { Page } from '../model/page.ts'
import { TIME_ORDERED_ID_PATTERN } from '../registry/time-ordered-id.ts'

const LIMIT_DEFAULT = 1_000
const LIMIT_MAX = 10_000

/** A page of a list whose `next` is always like this pattern; anything else is no place in it. */
export function pageQueryOf(next: RegExp) {
  return z.object({
    limit: z.coerce.number().int().min(1).max(LIMIT_MAX).default(LIMIT_DEFAULT),
    after: z
      .string()
      .regex(next, 'must be the `next` of the page before')
      .optional()
      .describe('Go on after this place: the `next` of the page before'),
  })
}

/** Of a list in the order of ids that people choose: any id is a place in it, whether it is there or not. */
export const pageQuery = pageQueryOf(ID_PATTERN)

/** Of a list in the order of time: a place stays one when what was there is trimmed. */
export const timePageQuery = pageQueryOf(TIME_ORDERED_ID_PATTERN)

export function pageOf<T extends z.ZodType>(item: T) {
  return z.object({ items: z.array(item), next: z.string().nullable() })
}

/** Sets the `Link` header (RFC 8288) where there is another page. */
export function linkNext(
  request: FastifyRequest,
  reply: FastifyReply,
  next: string | null,
  publicUrl = '',
): void {
  if (next === null) return
  const [path, query] = request.url.split('?', 2)
  const parameters = new URLSearchParams(query)
  parameters.set('after', next)
  reply.header('link', `<${publicUrl}${path}?${parameters}>; rel="next"`)
}

/** A page as an answer: its items in the shape of the wire, and the link to the next one in the header. */
export function sendPage<T, U>(
  request: FastifyRequest,
  reply: FastifyReply,
  page: Page<T>,
  format: (item: T) => U,
  publicUrl?: string,
): { items: U[]; next: string | null } {
  linkNext(request, reply, page.next, publicUrl)
  return { items: page.items.map(format), next: page.next }
}
