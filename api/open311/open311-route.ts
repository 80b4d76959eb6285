import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { chooseLanguage } from '../../exchange/texts/texts-for.ts'
import { KerbsideError } from '../../model/error.ts'
import { idSchema } from '../../model/id.ts'
import { documentedPublishable } from '../documented.ts'
import { answerErrorsIn, type Open311Format } from './open311-format.ts'

export const OPEN311_PATH = '/v1/authorities/:authority/open311/v2'

/** How XML calls a list of what was reported, and one of them. */
export const REQUEST_NAMES = { rootName: 'service_requests', itemName: 'request' } as const

/** What every request of the GeoReport API may say. */
export const commonQuery = z.object({
  jurisdiction_id: idSchema.optional().describe("The authority's id, which the path has already"),
  lang: z.string().max(35).optional().describe('en or cy; Accept-Language otherwise'),
  api_key: z.string().max(500).optional().describe('Not looked at: a key goes into the header Authorization'),
  extensions: z.string().max(10).optional().describe('There are none'),
})

export function routeOf(format: Open311Format) {
  return {
    config: { scope: 'read', published: 'open311' },
    errorHandler: answerErrorsIn(format),
  } as const
}

export function suffixOf(format: Open311Format): string {
  return format === 'json' ? 'Json' : 'Xml'
}

/** What the OpenAPI document says of a reading in this format. */
export function documentedIn(format: Open311Format, name: string, summary: string, description?: string) {
  return documentedPublishable(
    'reports',
    `${name}${suffixOf(format)}`,
    `${summary} (GeoReport v2, ${format})`,
    description,
  )
}

export function requireJurisdiction(authority: string, jurisdiction: string | undefined): void {
  if (jurisdiction === undefined || jurisdiction === authority) return
  throw new KerbsideError('NOT_FOUND', `jurisdiction_id: there is no jurisdiction ${jurisdiction} here`)
}

export function languageOf(request: { query: unknown; headers: FastifyRequest['headers'] }) {
  const { lang } = request.query as { lang?: string }
  return chooseLanguage(lang, request.headers['accept-language'])
}
