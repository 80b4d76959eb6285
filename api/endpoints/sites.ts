import type { z } from 'zod'
import { KerbsideError } from '../../model/error.ts'
import { idSchema } from '../../model/id.ts'
import { mergePatch } from '../../model/merge-patch.ts'
import type { SiteKind, SiteOf } from '../../model/site.ts'
import { answers, answersEmpty, documented } from '../documented.ts'
import { describeZodError } from '../faults.ts'
import { pageOf, pageQuery, sendPage } from '../page.ts'
import type { Api, ApiParts } from '../parts.ts'
import { actorOf } from '../rights.ts'
import {
  authorityParams,
  depotBody,
  depotPatchBody,
  lorryBody,
  lorryPatchBody,
  tipBody,
  tipPatchBody,
} from '../schemas.ts'

type Site = SiteOf[SiteKind]

interface SiteResource {
  readonly kind: SiteKind
  readonly singular: string
  /** For operation ids. */
  readonly Name: string
  readonly schema: z.ZodType<Site>
  readonly patchSchema: z.ZodType<Record<string, unknown>>
}

/** What a round needs besides bins. */
export function registerSites(app: Api, parts: ApiParts): void {
  const depots = { singular: 'depot', Name: 'Depot', schema: depotBody, patchSchema: depotPatchBody }
  const tips = { singular: 'tip', Name: 'Tip', schema: tipBody, patchSchema: tipPatchBody }
  const lorries = { singular: 'lorry', Name: 'Lorry', schema: lorryBody, patchSchema: lorryPatchBody }
  registerSite(app, parts, { kind: 'depots', ...depots })
  registerSite(app, parts, { kind: 'tips', ...tips })
  registerSite(app, parts, { kind: 'lorries', ...lorries })
}

function registerSite(
  app: Api,
  { registry, publicUrl = '' }: ApiParts,
  { kind, singular, Name, schema, patchSchema }: SiteResource,
): void {
  const params = authorityParams.extend({ id: idSchema })
  const plural = Name.endsWith('y') ? `${Name.slice(0, -1)}ies` : `${Name}s`

  app.get(
    `/v1/authorities/:authority/${kind}`,
    {
      config: { scope: 'read' },
      schema: {
        ...documented('sites', `list${plural}`, `List the ${kind}`),
        params: authorityParams,
        querystring: pageQuery,
        response: answers(200, `A page of ${kind}`, pageOf(schema)),
      },
    },
    async (request, reply) => {
      const page = await registry.listSites(request.params.authority, kind, request.query)
      return sendPage(request, reply, page, (site) => site, publicUrl)
    },
  )

  app.post(
    `/v1/authorities/:authority/${kind}`,
    {
      config: { scope: 'operate' },
      schema: {
        ...documented('sites', `create${Name}`, `Create a ${singular}`),
        params: authorityParams,
        body: schema,
        response: answers(201, 'Created', schema),
      },
    },
    async (request, reply) => {
      const { authority } = request.params
      const site = request.body
      await registry.createSite(authority, kind, site, actorOf(request))
      reply.header('location', `${publicUrl}/v1/authorities/${authority}/${kind}/${site.id}`)
      return reply.code(201).send(site)
    },
  )

  app.get(
    `/v1/authorities/:authority/${kind}/:id`,
    {
      config: { scope: 'read' },
      schema: {
        ...documented('sites', `get${Name}`, `Get a ${singular}`),
        params,
        response: answers(200, `The ${singular}`, schema),
      },
    },
    async (request) => registry.getSite(request.params.authority, kind, request.params.id),
  )

  app.patch(
    `/v1/authorities/:authority/${kind}/:id`,
    {
      config: { scope: 'operate' },
      schema: {
        ...documented(
          'sites',
          `update${Name}`,
          `Change a ${singular}`,
          'Only what is given changes, within `capacity` too; null sets a field back to what it is by default. The `id` stays.',
        ),
        params,
        body: patchSchema,
        response: answers(200, 'As it is now', schema),
      },
    },
    async (request) => {
      const { authority, id } = request.params
      const site = patch(await registry.getSite(authority, kind, id), request.body)
      await registry.updateSite(authority, kind, site, actorOf(request))
      return site
    },
  )

  app.delete(
    `/v1/authorities/:authority/${kind}/:id`,
    {
      config: { scope: 'operate' },
      schema: {
        ...documented(
          'sites',
          `delete${Name}`,
          `Delete a ${singular}`,
          kind === 'depots' ? 'One that lorries use is not deleted: 409 names them.' : undefined,
        ),
        params,
        response: answersEmpty('Deleted'),
      },
    },
    async (request, reply) => {
      const { authority, id } = request.params
      await registry.deleteSite(authority, kind, id, actorOf(request))
      return reply.code(204).send()
    },
  )

  function patch(site: Site, changes: Record<string, unknown>): Site {
    if (changes['id'] !== undefined && changes['id'] !== site.id) {
      throw refuse([{ path: 'id', message: `cannot be changed, and is ${site.id}` }])
    }
    const result = schema.safeParse(mergePatch({ ...site }, changes), { reportInput: true })
    if (!result.success) throw refuse(describeZodError(result.error, schema))
    return result.data
  }
}

function refuse(faults: readonly { path: string; message: string }[]): KerbsideError {
  return new KerbsideError('INVALID_REQUEST', 'The body is not as it should be', { faults })
}
