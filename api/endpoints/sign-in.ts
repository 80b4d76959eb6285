import { z } from 'zod'
import { authoritySchema } from '../../model/authority.ts'
import { SCOPES } from '../../model/key.ts'
import { answers, documented } from '../documented.ts'
import { pageOf, pageQuery, sendPage } from '../page.ts'
import type { Api, ApiParts } from '../parts.ts'
import type { Caller } from '../rights.ts'
import { schemas } from '../schemas.ts'

const ownKeySchema = z.object({
  /** Null of the installation's own key. */
  authority: z.string().nullable(),
  name: z.string(),
  scopes: z.array(z.enum(SCOPES)),
})
schemas.add(ownKeySchema, { id: 'OwnKey' })

/** What a page needs to know before it can ask for anything: what is there without a key, and what a key allows. */
export function registerSignIn(app: Api, { registry, publicUrl }: ApiParts): void {
  app.get(
    '/v1/published',
    {
      config: { scope: 'public' },
      schema: {
        ...documented(
          'authorities',
          'listPublished',
          'List the authorities of which anything is read without a key',
          'A page may hold fewer than `limit`, even none, with a `next`.',
        ),
        security: [],
        querystring: pageQuery.strict(),
        response: answers(200, 'A page of authorities', pageOf(authoritySchema)),
      },
    },
    async (request, reply) => {
      const { items, next } = await registry.listAuthorities(request.query)
      const open = items.filter(({ published }) => published.length > 0)
      return sendPage(request, reply, { items: open, next }, (authority) => authority, publicUrl)
    },
  )

  app.get(
    '/v1/key',
    {
      config: { scope: 'published' },
      schema: {
        ...documented('keys', 'getOwnKey', 'What the key that is sent allows, and of whom'),
        response: answers(200, 'The key, without its secret', ownKeySchema),
      },
    },
    async (request) => {
      const caller = request.caller as Caller
      if (caller.authority === null) {
        return { authority: null, name: "The installation's own", scopes: ['admin' as const] }
      }
      return { authority: caller.authority, name: caller.key.name, scopes: [...caller.key.scopes] }
    },
  )
}
