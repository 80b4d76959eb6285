import { z } from 'zod'
import { KerbsideError } from '../../model/error.ts'
import { idSchema } from '../../model/id.ts'
import type { SiteKind, SiteOf } from '../../model/site.ts'
import { answers, answersEmpty, documented } from '../documented.ts'
import { describeZodError } from '../faults.ts'
import { pageOf, pageQuery, sendPage } from '../page.ts'
import type { Api, ApiParts } from '../parts.ts'
import { actorOf } from '../rights.ts'
import { authorityParams, depotBody, lorryBody, tipBody } from '../schemas.ts'

type Site = SiteOf[SiteKind]

interface SiteResource {
  readonly kind: SiteKind
  readonly singular: string
  /** For operation ids. */
  readonly Name: string
  readonly schema: z.ZodType<Site>
}

/** What a round needs besides bins. */
export function registerSites(app: Api, parts: ApiParts): void {
  registerSite(app, parts, { kind: 'depots', singular: 'depot', Name: 'Depot', schema: depotBody })
  registerSite(app, parts, { kind: 'tips', singular: 'tip', Name: 'Tip', schema: tipBody })
  registerSite(app, parts, { kind: 'lorries', singular: 'lorry', Name: 'Lorry', schema: lorryBody })
}

function registerSite(
  app: Api,
  { registry, publicUrl = '' }: ApiParts,
  { kind, singular, Name, schema }: SiteResource,
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
      await checkDepot(authority, site)
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
          'Only what is given changes; null sets a field back to what it is by default.',
        ),
        params,
        body: z.looseObject({}),
        response: answers(200, 'As it is now', schema),
      },
    },
    async (request) => {
      const { authority, id } = request.params
      const site = patch(await registry.getSite(authority, kind, id), request.body)
      await checkDepot(authority, site)
      await registry.updateSite(authority, kind, site, actorOf(request))
      return site
    },
  )

  app.delete(
    `/v1/authorities/:authority/${kind}/:id`,
    {
      config: { scope: 'operate' },
      schema: {
        ...documented('sites', `delete${Name}`, `Delete a ${singular}`),
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
    const merged = Object.entries({ ...site, ...changes }).filter(([, value]) => value !== null)
    const result = schema.safeParse(Object.fromEntries(merged), { reportInput: true })
    if (!result.success) throw refuse(describeZodError(result.error, schema))
    return result.data
  }

  /** A lorry's depot has to be there. */
  async function checkDepot(authority: string, site: Site): Promise<void> {
    if (!('depotId' in site)) return
    try {
      await registry.getSite(authority, 'depots', site.depotId)
    } catch (error) {
      if (!(error instanceof KerbsideError) || error.code !== 'NOT_FOUND') throw error
      throw refuse([{ path: 'depotId', message: `there is no depot ${site.depotId}` }])
    }
  }
}

function refuse(faults: readonly { path: string; message: string }[]): KerbsideError {
  return new KerbsideError('INVALID_REQUEST', 'The body is not as it should be', { faults })
}
