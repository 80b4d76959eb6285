import type { FastifyRequest } from 'fastify'

/** Where the outside reaches this server. */
export function baseUrlOf(
  { protocol, host }: Pick<FastifyRequest, 'protocol' | 'host'>,
  publicUrl: string | undefined,
): string {
  return publicUrl ?? `${protocol}://${host}`
}
