import { createHash } from 'node:crypto'
import type { FastifyReply } from 'fastify'
import { z } from 'zod'
import { fillText, textsFor } from '../../exchange/texts/texts-for.ts'
import { writeBinDaysList } from '../../exchange/widgets/write-bin-days-list.ts'
import { writeDeparturesTable } from '../../exchange/widgets/write-departures-table.ts'
import { WIDGET_STYLE, writeWidgetPage } from '../../exchange/widgets/write-widget-page.ts'
import { KerbsideError } from '../../model/error.ts'
import type { DepartureBoards } from '../departure-boards.ts'
import { answersWith, documentedPublishable } from '../documented.ts'
import { listHouseholdDays } from '../household-days.ts'
import type { KnownCallers } from '../known-callers.ts'
import { languageOf, languageQuery } from '../language.ts'
import { termsOf } from '../licences.ts'
import { createLocalClock } from '../local-clock.ts'
import type { Api, ApiParts } from '../parts.ts'
import { problemSchema } from '../problem.ts'
import { authorityParams } from '../schemas.ts'
import { SERVED_ROUTE, type ServedBody, serveBody } from '../served-body.ts'
import { readWidgetScript } from '../widget-script.ts'
import { sendWritten } from '../written.ts'

/** These pages alone may stand in pages of others, and have one style and nothing else that a browser would load or run. */
const FRAME_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(WIDGET_STYLE).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
  'frame-ancestors *',
].join('; ')

const SCRIPT_SECONDS = 3_600
const LIMIT_DEFAULT = 8

const widgetQuery = languageQuery.extend({
  limit: z.coerce.number().int().min(1).max(50).default(LIMIT_DEFAULT).describe('How many at most'),
  refresh: z.coerce
    .number()
    .int()
    .min(0)
    .max(86_400)
    .optional()
    .describe('After how many seconds a browser asks again; 0 for never. By default 30, of bin days 3,600'),
})
const page = answersWith(200, 'A page', { 'text/html': { schema: z.string() } })
/** Whoever looks at a page of somebody else reads a sentence, not a problem. */
const pageOfNothing = {
  description: 'A page that says that there is no such stop, or a problem where there is no such authority',
  content: {
    'text/html': { schema: z.string() },
    'application/problem+json': { schema: problemSchema },
  },
}

/** What local sites put on their pages: one script with its elements, and the same as pages for a frame. */
export function registerWidgets(
  app: Api,
  parts: ApiParts,
  { known, boards }: { readonly known: KnownCallers; readonly boards: DepartureBoards },
): void {
  const url = '/v1/authorities/:authority/widgets'
  let script: Promise<ServedBody> | undefined

  app.get(
    '/widgets/kerbside.js',
    { ...SERVED_ROUTE, config: { scope: 'public', rateLimit: false, isQuiet: true }, schema: { hide: true } },
    async (request, reply) => {
      script ??= readWidgetScript()
      return serveBody(request, reply, await script, () => {
        reply.header('cache-control', `public, max-age=${SCRIPT_SECONDS}`)
        reply.header('cross-origin-resource-policy', 'cross-origin')
      })
    },
  )

  app.get(
    `${url}/departures/:stop`,
    {
      config: { scope: 'read', published: 'departures', isLicensed: true },
      schema: {
        ...documentedPublishable(
          'open-data',
          'getDeparturesWidget',
          'What leaves a stop next, as a page to be put into a frame',
        ),
        params: authorityParams.extend({ stop: z.string().min(1).max(200) }),
        querystring: widgetQuery,
        response: { ...page, 404: pageOfNothing },
      },
    },
    async (request, reply) => {
      const { authority: id, stop } = request.params
      const { limit, refresh = 30 } = request.query
      const authority = await known.getAuthority(id)
      const language = languageOf(request, reply)
      const texts = textsFor(language)
      const formatTime = createLocalClock(authority.timeZone)
      const shown = { ...termsOf(authority, 'departures'), language }
      const found = await boards
        .list({ authority: id, stop, limit, minutes: 120 })
        .catch((error: unknown) => undefinedWhereNotFound(error))
      if (!found) {
        const updatedAt = formatTime(parts.clock.now())
        reply.code(404)
        return send(reply, refresh, {
          ...shown,
          title: fillText(texts.noStop, { stop }),
          updatedAt,
          content: '',
        })
      }
      const { moment, stopName, departures } = found
      return send(reply, refresh, {
        ...shown,
        title: fillText(texts.departuresFrom, { stop: stopName }),
        updatedAt: formatTime(moment.time),
        content: writeDeparturesTable(
          departures.map(({ departure }) => departure),
          { language, now: moment.time, formatTime },
        ),
      })
    },
  )

  app.get(
    `${url}/bin-day/:uprn`,
    {
      config: { scope: 'read', published: 'bin-days', isLicensed: true },
      schema: {
        ...documentedPublishable(
          'open-data',
          'getBinDayWidget',
          "A household's next bin days, as a page to be put into a frame",
        ),
        params: authorityParams.extend({ uprn: z.string().regex(/^\d{1,12}$/, 'a UPRN is 1 to 12 digits') }),
        querystring: widgetQuery,
        response: page,
      },
    },
    async (request, reply) => {
      const { authority: id, uprn } = request.params
      const { limit, refresh = 3_600 } = request.query
      const authority = await known.getAuthority(id)
      const language = languageOf(request, reply)
      const days =
        (await listHouseholdDays(parts, authority, uprn).catch((error: unknown) =>
          undefinedWhereNotFound(error),
        )) ?? []
      const calendarUrl = `${parts.publicUrl ?? ''}/v1/authorities/${id}/calendars/uprns/${uprn}.ics?lang=${language}`
      return send(reply, refresh, {
        ...termsOf(authority, 'bin-days'),
        title: textsFor(language).nextBinDays,
        updatedAt: createLocalClock(authority.timeZone)(parts.clock.now()),
        language,
        content: writeBinDaysList(days.slice(0, limit), { language, calendarUrl }),
      })
    },
  )

  function send(reply: FastifyReply, refresh: number, content: Parameters<typeof writeWidgetPage>[0]): never {
    reply.header('content-security-policy', FRAME_POLICY)
    // As a header: a page that loads itself anew by an element takes readers by surprise, and cannot be told not to.
    if (refresh > 0) reply.header('refresh', String(refresh))
    return sendWritten(reply, 'text/html; charset=utf-8', writeWidgetPage(content))
  }
}

function undefinedWhereNotFound(error: unknown): undefined {
  if (error instanceof KerbsideError && error.code === 'NOT_FOUND') return undefined
  throw error
}
