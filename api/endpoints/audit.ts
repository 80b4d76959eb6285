import { z } from 'zod'
import { formatTime } from '../../model/time.ts'
import { answers, documented } from '../documented.ts'
import { pageOf, sendPage, timePageQuery } from '../page.ts'
import type { Api, ApiParts } from '../parts.ts'
import { authorityParams } from '../schemas.ts'

const entrySchema = z.object({
  id: z.string(),
  time: z.iso.datetime(),
  actor: z.string(),
  action: z.string(),
  target: z.string(),
  detail: z.unknown(),
})

export function registerAudit(app: Api, { registry, publicUrl }: ApiParts): void {
  app.get(
    '/v1/authorities/:authority/audit',
    {
      config: { scope: 'admin' },
      schema: {
        ...documented(
          'keys',
          'listAudit',
          'List who changed what, and when',
          "The `actor` is a key's id, or `installation`. What was done to an earlier authority of the same id is there for the installation's key alone.",
        ),
        params: authorityParams,
        querystring: timePageQuery,
        response: answers(200, 'A page of changes', pageOf(entrySchema)),
      },
    },
    async (request, reply) =>
      sendPage(
        request,
        reply,
        await registry.listAudit(request.params.authority, {
          ...request.query,
          // An authority's keys see what was done to it, and not to one that had its id before.
          includesEarlier: request.caller?.authority === null,
        }),
        (entry) => ({ ...entry, time: formatTime(entry.time) }),
        publicUrl,
      ),
  )
}
