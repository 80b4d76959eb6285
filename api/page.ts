import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Page } from '../model/page.ts'

const LIMIT_DEFAULT = 1_000
const LIMIT_MAX = 10_000

export const pageQuery = z.object({
  limit: z.coerce.number().int().min(1).max(LIMIT_MAX).default(LIMIT_DEFAULT),
  /** `next` of the page before. */
  after: z.string().min(1).max(512).optional(),
})

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
