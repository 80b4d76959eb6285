import { z } from 'zod'
import { answers, documented } from '../documented.ts'
import type { Api, ApiParts } from '../parts.ts'
import { authorityParams } from '../schemas.ts'

const balanceSchema = z.object({
  accepted: z.int(),
  stored: z.int(),
  quarantined: z.int(),
  pending: z.int(),
  lagSeconds: z.number(),
})

export function registerIngest(app: Api, { registry, clock, refreshBalance }: ApiParts): void {
  app.get(
    '/v1/authorities/:authority/ingest',
    {
      config: { scope: 'read' },
      schema: {
        ...documented(
          'ingest',
          'getBalance',
          'What became of what was published',
          'Counted in readings, since the beginning: accepted = stored + quarantined + pending. `lagSeconds` is the age of the oldest pending one.',
        ),
        params: authorityParams,
        response: answers(200, 'The balance', balanceSchema),
      },
    },
    async (request) => {
      await refreshBalance?.()
      const { accepted, stored, quarantined, pending, lagSeconds } = await registry.getBalance(
        request.params.authority,
        clock.now(),
      )
      return { accepted, stored, quarantined, pending, lagSeconds }
    },
  )
}
