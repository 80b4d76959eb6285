import { type Authority, authoritySchema } from '../../model/authority.ts'
import type { Page } from '../../model/page.ts'
import { answers, answersEmpty, documented } from '../documented.ts'
import type { LiveRounds } from '../live-rounds.ts'
import { pageOf, pageQuery, sendPage } from '../page.ts'
import type { Api, ApiParts } from '../parts.ts'
import { actorOf, type Caller } from '../rights.ts'
import { authorityParams, authorityPatchBody, newAuthorityBody } from '../schemas.ts'

export function registerAuthorities(
  app: Api,
  { registry, store, directory, publicUrl }: ApiParts,
  liveRounds: LiveRounds,
): void {
  app.get(
    '/v1/authorities',
    {
      config: { scope: 'read' },
      schema: {
        ...documented(
          'authorities',
          'listAuthorities',
          "List the authorities: all with the installation's key, otherwise the key's own",
        ),
        querystring: pageQuery,
        response: answers(200, 'A page of authorities', pageOf(authoritySchema)),
      },
    },
    async (request, reply) => {
      const own = (request.caller as Caller).authority
      const page: Page<Authority> =
        own === null
          ? await registry.listAuthorities(request.query)
          : { items: [await registry.getAuthority(own)], next: null }
      return sendPage(request, reply, page, (authority) => authority, publicUrl)
    },
  )

  app.post(
    '/v1/authorities',
    {
      config: { scope: 'installation' },
      schema: {
        ...documented('authorities', 'createAuthority', "Create an authority, with the installation's key"),
        body: newAuthorityBody,
        response: answers(201, 'Created', authoritySchema),
      },
    },
    async (request, reply) => {
      const authority = await registry.createAuthority(request.body, actorOf(request))
      reply.header('location', `${publicUrl ?? ''}/v1/authorities/${authority.id}`)
      return reply.code(201).send(authority)
    },
  )

  app.get(
    '/v1/authorities/:authority',
    {
      config: { scope: 'read' },
      schema: {
        ...documented('authorities', 'getAuthority', 'Get an authority'),
        params: authorityParams,
        response: answers(200, 'The authority', authoritySchema),
      },
    },
    async (request) => registry.getAuthority(request.params.authority),
  )

  app.patch(
    '/v1/authorities/:authority',
    {
      config: { scope: 'admin' },
      schema: {
        ...documented(
          'authorities',
          'updateAuthority',
          "Change an authority's name, time zone, what it publishes, or the terms of that",
          'Without a `licence` or an `attribution` where it is null.',
        ),
        params: authorityParams,
        body: authorityPatchBody,
        response: answers(200, 'As it is now', authoritySchema),
      },
    },
    async (request) => registry.updateAuthority(request.params.authority, request.body, actorOf(request)),
  )

  app.delete(
    '/v1/authorities/:authority',
    {
      config: { scope: 'installation' },
      schema: {
        ...documented(
          'authorities',
          'deleteAuthority',
          "Delete an authority with all that is its: devices, keys, readings; with the installation's key",
        ),
        params: authorityParams,
        response: answersEmpty('Deleted'),
      },
    },
    async (request, reply) => {
      const { authority } = request.params
      // The store first: where it is away nothing has changed and the same request may be sent again. And once more
      // after the devices are gone, for what they brought in between.
      await store.deleteAuthority(authority)
      await registry.deleteAuthority(authority, actorOf(request))
      liveRounds.cancelAll(authority)
      await directory.refresh()
      await store.deleteAuthority(authority)
      return reply.code(204).send()
    },
  )
}
