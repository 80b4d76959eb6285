import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { chooseLanguage, LANGUAGES, type Language } from '../exchange/texts/texts-for.ts'

/** Which language people are answered in; what their browser asks for by default. */
export const languageQuery = z.object({
  lang: z
    .enum(Object.keys(LANGUAGES) as [Language, ...Language[]])
    .optional()
    .describe('By default the one of `Accept-Language`, otherwise English'),
})

/** The language to answer in; the answer is told that it may be another one for others. */
export function languageOf(
  { query, headers }: FastifyRequest<{ Querystring: { lang?: string | undefined } }>,
  reply: FastifyReply,
): Language {
  const language = chooseLanguage(query.lang, headers['accept-language'])
  reply.header('content-language', language)
  reply.header('vary', `${reply.getHeader('vary')}, accept-language`)
  return language
}
