import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import {
  type EntryContext,
  listAlertEntries,
  listChangeEntries,
  listWorksEntries,
} from '../../exchange/feeds/notice-entries.ts'
import { type AtomEntry, writeAtom } from '../../exchange/feeds/write-atom.ts'
import { fillText, type Language, textsFor } from '../../exchange/texts/texts-for.ts'
import type { ServiceNoticeKind } from '../../model/service-notice.ts'
import { answersWith, documentedPublishable } from '../documented.ts'
import type { KnownCallers } from '../known-callers.ts'
import { languageOf, languageQuery } from '../language.ts'
import { termsOf } from '../licences.ts'
import type { Api, ApiParts } from '../parts.ts'
import { authorityParams } from '../schemas.ts'
import { sendWritten } from '../written.ts'

/** As many as an authority may have of each kind. */
const ALL = { limit: 1_000 }
const DAY_MS = 86_400_000

const options = {
  config: { scope: 'read', published: 'service-alerts', isLicensed: true },
} as const
const response = answersWith(200, 'A feed (RFC 4287)', { 'application/atom+xml': { schema: z.string() } })

/** What readers of feeds are told of disturbances and works, the newest first. */
export function registerFeeds(app: Api, { registry, clock, publicUrl }: ApiParts, known: KnownCallers): void {
  const url = '/v1/authorities/:authority/feeds'

  app.get(
    `${url}/service-alerts.atom`,
    {
      ...options,
      schema: {
        ...documentedPublishable('open-data', 'getServiceAlertsFeed', 'Service alerts as an Atom feed'),
        params: authorityParams,
        querystring: languageQuery,
        response,
      },
    },
    async (request, reply) => {
      const { authority } = request.params
      const { items } = await registry.listServiceNotices(authority, 'service-alerts', ALL)
      return send(request, reply, 'service-alerts', async (contextOf) =>
        listAlertEntries(items, await contextOf('service-alerts')),
      )
    },
  )

  app.get(
    `${url}/works.atom`,
    {
      ...options,
      schema: {
        ...documentedPublishable(
          'open-data',
          'getWorksFeed',
          'Works in the streets, and changes of service that passengers are told of, as an Atom feed',
        ),
        params: authorityParams,
        querystring: languageQuery,
        response,
      },
    },
    async (request, reply) => {
      const { authority } = request.params
      const [works, changes] = await Promise.all([
        registry.listServiceNotices(authority, 'works', ALL),
        registry.listServiceNotices(authority, 'service-changes', ALL),
      ])
      return send(request, reply, 'works', async (contextOf) => [
        ...listWorksEntries(works.items, await contextOf('works')),
        ...listChangeEntries(changes.items, await contextOf('service-changes')),
      ])
    },
  )

  async function send(
    request: FastifyRequest<{ Params: { authority: string }; Querystring: { lang?: Language | undefined } }>,
    reply: FastifyReply,
    feed: 'service-alerts' | 'works',
    listEntries: (
      contextOf: (kind: ServiceNoticeKind) => Promise<EntryContext>,
    ) => Promise<readonly AtomEntry[]>,
  ): Promise<never> {
    const { authority: id } = request.params
    const authority = await known.getAuthority(id)
    const language = languageOf(request, reply)
    const now = clock.now()
    const entries = await listEntries(async (kind) => ({
      authority: id,
      language,
      timeZone: authority.timeZone,
      now,
      changedTimes: await registry.listServiceNoticeTimes(id, kind),
    }))
    const sorted = entries.toSorted((a, b) => b.updatedTime - a.updatedTime || (a.id < b.id ? -1 : 1))
    const { licence, attribution } = termsOf(authority, 'service-alerts')
    const texts = textsFor(language)
    const body = writeAtom({
      id: `urn:kerbside:${id}:feed:${feed}`,
      title: fillText(feed === 'works' ? texts.worksOf : texts.serviceAlertsOf, {
        authority: authority.name,
      }),
      language,
      selfUrl: publicUrl === undefined ? undefined : `${publicUrl}${request.url}`,
      author: authority.name,
      licence,
      rights: attribution === undefined ? undefined : fillText(texts.source, { attribution }),
      // A feed of nothing was still looked at, so that a reader sees that it lives.
      updatedTime: sorted[0]?.updatedTime ?? Math.floor(now / DAY_MS) * DAY_MS,
      entries: sorted,
    })
    return sendWritten(reply, 'application/atom+xml; charset=utf-8', body)
  }
}
