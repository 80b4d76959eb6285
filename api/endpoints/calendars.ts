import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { listCollectionEvents } from '../../exchange/calendars/collection-calendar.ts'
import { listRoundEvents } from '../../exchange/calendars/round-calendar.ts'
import { type CalendarEvent, writeCalendar } from '../../exchange/calendars/write-calendar.ts'
import { fillText, type Language, textsFor } from '../../exchange/texts/texts-for.ts'
import type { Publishable } from '../../model/authority.ts'
import { idSchema } from '../../model/id.ts'
import { localDate } from '../../rounds/local-date.ts'
import { answers, answersWith, documentedPublishable } from '../documented.ts'
import { listHouseholdCollections } from '../household-collections.ts'
import { listHouseholdDays } from '../household-days.ts'
import type { KnownCallers } from '../known-callers.ts'
import { languageOf, languageQuery } from '../language.ts'
import { termsOf, termsShape } from '../licences.ts'
import { pageOf, pageQuery, sendPage } from '../page.ts'
import type { Api, ApiParts } from '../parts.ts'
import { authorityParams } from '../schemas.ts'
import { createShowRound } from '../show-rounds.ts'
import { sendWritten } from '../written.ts'

/** How long a calendar is good for before a program has to ask again. */
const REFRESH_HOURS = 12

const uprnParams = authorityParams.extend({
  uprn: z.string().regex(/^\d{1,12}$/, 'a UPRN is 1 to 12 digits'),
})
const calendarAnswer = answersWith(200, 'A calendar (iCalendar, RFC 5545)', {
  'text/calendar': { schema: z.string() },
})
const calendarSchema = z.object({ id: idSchema, name: z.string(), stream: z.string(), calendar: z.string() })
const binDaysSchema = z.object({
  uprn: z.string(),
  ...termsShape,
  items: z.array(
    z.object({
      date: z.iso.date(),
      name: z.string(),
      stream: z.string(),
      status: z.enum(['planned', 'moved', 'cancelled']),
      plannedDate: z.iso.date(),
      note: z.string().nullable(),
    }),
  ),
})

/** What households and crews have in their calendars. */
export function registerCalendars(app: Api, parts: ApiParts, known: KnownCallers): void {
  const { registry, clock, publicUrl } = parts
  const url = '/v1/authorities/:authority/calendars'
  const config = { scope: 'read', published: 'bin-days', isLicensed: true } as const
  const show = createShowRound(parts)

  app.get(
    url,
    {
      config,
      schema: {
        ...documentedPublishable(
          'open-data',
          'listCalendars',
          'List the collections that there are calendars of',
          'Of a household there is one by its UPRN, at `calendars/uprns/{uprn}.ics`.',
        ),
        params: authorityParams,
        querystring: pageQuery,
        response: answers(200, 'A page of calendars', pageOf(calendarSchema).extend(termsShape)),
      },
    },
    async (request, reply) => {
      const { authority: id } = request.params
      const page = await registry.listCollections(id, request.query)
      const told = sendPage(
        request,
        reply,
        page,
        ({ collection }) => ({
          id: collection.id,
          name: collection.name,
          stream: collection.stream,
          calendar: `${publicUrl ?? ''}/v1/authorities/${id}/calendars/collections/${collection.id}.ics`,
        }),
        publicUrl,
      )
      return { ...told, ...termsOf(await known.getAuthority(id), 'bin-days') }
    },
  )

  app.get(
    `${url}/collections/:collection.ics`,
    {
      config,
      schema: {
        ...documentedPublishable(
          'open-data',
          'getCollectionCalendar',
          "A collection's days of a year, as a calendar to subscribe to",
          'Days that a holiday moves keep their UID; those that are left out are cancelled.',
        ),
        params: authorityParams.extend({ collection: idSchema }),
        querystring: languageQuery,
        response: calendarAnswer,
      },
    },
    async (request, reply) => {
      const { authority, collection: id } = request.params
      await registry.getCollection(authority, id)
      const { items } = await registry.listCollections(authority, { limit: 500 })
      const records = items.filter(({ collection }) => collection.id === id)
      return sendWritten(reply, CALENDAR_TYPE, await writeBinDays(request, reply, records))
    },
  )

  app.get(
    `${url}/uprns/:uprn.ics`,
    {
      config,
      schema: {
        ...documentedPublishable(
          'open-data',
          'getHouseholdCalendar',
          "A household's bin days of a year, as a calendar to subscribe to",
          'It tells days alone: nothing of the household, or of its bins.',
        ),
        params: uprnParams,
        querystring: languageQuery,
        response: calendarAnswer,
      },
    },
    async (request, reply) => {
      const { authority, uprn } = request.params
      const records = await listHouseholdCollections(parts, authority, uprn)
      return sendWritten(reply, CALENDAR_TYPE, await writeBinDays(request, reply, records))
    },
  )

  app.get(
    `${url}/uprns/:uprn`,
    {
      config,
      schema: {
        ...documentedPublishable(
          'open-data',
          'listBinDays',
          "List a household's bin days of the next 62 days",
        ),
        params: uprnParams,
        response: answers(200, 'The days, the next one first', binDaysSchema),
      },
    },
    async (request) => {
      const { authority: id, uprn } = request.params
      const authority = await known.getAuthority(id)
      const items = await listHouseholdDays(parts, authority, uprn)
      return { uprn, ...termsOf(authority, 'bin-days'), items: [...items] }
    },
  )

  app.get(
    `${url}/rounds/:round.ics`,
    {
      config: { scope: 'read', published: 'rounds', isLicensed: true },
      schema: {
        ...documentedPublishable(
          'rounds',
          'getRoundCalendar',
          'A planned round as a calendar: when each lorry is on its way',
        ),
        params: authorityParams.extend({ round: idSchema }),
        querystring: languageQuery,
        response: calendarAnswer,
      },
    },
    async (request, reply) => {
      const { authority, round: id } = request.params
      const round = show(request, authority, await registry.getRound(authority, id))
      const language = languageOf(request, reply)
      const events = listRoundEvents(authority, round, language)
      const name = fillText(textsFor(language).roundOf, { round: round.request.date })
      const body = await writeFor(request, authority, { name, language, events, dataset: 'rounds' })
      return sendWritten(reply, CALENDAR_TYPE, body)
    },
  )

  async function writeBinDays(
    request: FastifyRequest<{ Params: { authority: string }; Querystring: { lang?: Language | undefined } }>,
    reply: FastifyReply,
    records: Parameters<typeof listCollectionEvents>[1],
  ): Promise<string> {
    const { authority: id } = request.params
    const { timeZone } = await known.getAuthority(id)
    const language = languageOf(request, reply)
    const today = localDate(clock.now(), timeZone)
    const events = listCollectionEvents(id, records, { today, language })
    return writeFor(request, id, { name: textsFor(language).binDays, language, events, dataset: 'bin-days' })
  }

  async function writeFor(
    request: FastifyRequest,
    id: string,
    calendar: {
      readonly name: string
      readonly language: Language
      readonly events: readonly CalendarEvent[]
      readonly dataset: Publishable
    },
  ): Promise<string> {
    const authority = await known.getAuthority(id)
    const { licence, attribution } = termsOf(authority, calendar.dataset)
    const texts = textsFor(calendar.language)
    const description = [
      authority.name,
      attribution === undefined ? undefined : fillText(texts.source, { attribution }),
      licence === undefined ? undefined : `${texts.licence}: ${licence}`,
    ]
    return writeCalendar({
      ...calendar,
      description: description.filter((part) => part !== undefined).join('. '),
      refreshHours: REFRESH_HOURS,
      ...(publicUrl !== undefined && { url: `${publicUrl}${request.url}` }),
    })
  }
}

const CALENDAR_TYPE = 'text/calendar; charset=utf-8'
