import { z } from 'zod'
import { KerbsideError } from '../../model/error.ts'
import { idSchema } from '../../model/id.ts'
import { roundRequestSchema, roundSchema } from '../../model/round.ts'
import { ROUND_CURSOR_PATTERN } from '../../registry/rounds.ts'
import { checkRequest } from '../../rounds/check-request.ts'
import { writeRoundCsv, writeRoundGeoJson, writeRoundGpx } from '../../rounds/write-round.ts'
import { answers, answersWith, documented, documentedPublishable } from '../documented.ts'
import { EVENT_STREAM_ROUTE, type EventStream, openEventStream } from '../event-stream.ts'
import type { LiveRounds } from '../live-rounds.ts'
import { pageOf, pageQueryOf, sendPage } from '../page.ts'
import type { Api, ApiParts } from '../parts.ts'
import { actorOf } from '../rights.ts'
import { endOf, LAST_EVENT_ID } from '../round-events.ts'
import { readRoundInput } from '../round-input.ts'
import { authorityParams, schemas } from '../schemas.ts'
import { requireShares } from '../shared-bins.ts'
import { createShowRound } from '../show-rounds.ts'
import { sendWritten } from '../written.ts'

/** Streams of events that this process serves at once; one more is answered with 503. */
const EVENT_STREAMS_MAX = 1_000

const roundRequestBody = roundRequestSchema.strict()
schemas.add(roundRequestBody, { id: 'RoundRequest' })
schemas.add(roundSchema, { id: 'Round' })

const roundParams = authorityParams.extend({ round: idSchema })
// A round is large, so a page is small.
const roundPageQuery = pageQueryOf(ROUND_CURSOR_PATTERN).extend({
  limit: z.coerce.number().int().min(1).max(100).default(20),
})

const PLANNING = [
  'Planning goes on after the answer: see `…/events`, or ask again. It outlives the process that does it: the next one, or another on the same registry, plans the round again from its request, and after three such ends it has failed. What makes no sense is refused at once, and `errors` names it.',
  'Every bin asked for (all, by default) is in the plan once or in `left` with its reason. Bins of `mustEmpty` are to be emptied however full they are, and so are those that are full, reported to overflow, or at or above the `thresholdPercent` of their own settings.',
  "Of the others, each bin's readings tell what leaving it until the next round would cost: the chance that it is full on each day until then times `overflowCostPerDay`, and what a visit would save later. It is emptied where that is more than the kilometres and the time of going there. The next round is on `nextDate`, the day after `date` by default: give it where no lorry comes the next day. The numbers are with each stop and each bin in `left`. A bin that is known too little is emptied at or above 75 %.",
  'Where the installation has no map of the roads, ways are straight lines times 1.4, driven at 25 km/h, and `estimated` is true. A lift takes 90 s and a bin holds 1,100 litres where its settings do not say; a litre weighs 0.12 kg, and litres in a lorry are counted as they lay in the bins. One stream is carried at a time. Without tips the depot serves as tip, in 15 minutes.',
  'Bins of other authorities, which they share with the purpose `plan`, are chosen from as the authority’s own where `shareIds` names their shares; they are called `{authority}/{device}`. What is not shared any more when the planning begins is left, with that reason. Counters that are shared so are heeded by themselves.',
  'A lorry leaves when its shift starts and comes home empty within it. `seconds` is 10 by default, and small rounds take less.',
].join('\n\n')

const HOUSEHOLDS = 'Without a key it is told without the bins of households, which are those with a UPRN.'

const FORMATS = [
  {
    suffix: 'geojson',
    operationId: 'getRoundGeoJson',
    summary: 'Get a round as GeoJSON: a line for each lorry, and its stops',
    mediaType: 'application/geo+json',
    schema: z.looseObject({ type: z.literal('FeatureCollection'), features: z.array(z.looseObject({})) }),
    write: writeRoundGeoJson,
  },
  {
    suffix: 'gpx',
    operationId: 'getRoundGpx',
    summary: 'Get a round as GPX 1.1: a route of stops and a track for each lorry',
    mediaType: 'application/gpx+xml',
    schema: z.string(),
    write: writeRoundGpx,
  },
  {
    suffix: 'csv',
    operationId: 'getRoundCsv',
    summary: 'Get a round as CSV: a row for each stop, then one of type `left` for each bin that is left',
    mediaType: 'text/csv',
    schema: z.string(),
    write: writeRoundCsv,
  },
] as const

export function registerRounds(app: Api, parts: ApiParts, live: LiveRounds): void {
  const { registry, roundPlanner, clock, publicUrl = '' } = parts
  const show = createShowRound(parts)
  const streams = new Set<EventStream>()
  app.addHook('onReady', async () => live.start())
  // Before connections are closed, so that whoever listens hears how it ended.
  app.addHook('preClose', async () => {
    await live.close()
    for (const stream of streams) stream.end()
  })

  app.post(
    '/v1/authorities/:authority/rounds',
    {
      config: { scope: 'operate' },
      schema: {
        ...documented('rounds', 'createRound', 'Plan a round', PLANNING),
        params: authorityParams,
        body: roundRequestBody,
        response: answers(202, 'It is queued', roundSchema),
      },
    },
    async (request, reply) => {
      const { authority: id } = request.params
      // First, so that what is read below is of this one, or the round is refused.
      const incarnation = await registry.getIncarnation(id)
      const authority = await registry.getAuthority(id)
      const user = { actor: actorOf(request), round: null }
      const input = await readRoundInput(parts, authority, request.body, user)
      requireShares(request.body, input)
      await roundPlanner.check(input)
      checkRequest(input, clock.now())
      const round = await live.create(id, incarnation, request.body, input.sharedBins)
      reply.header('location', `${publicUrl}/v1/authorities/${authority.id}/rounds/${round.id}`)
      return reply.code(202).send(round)
    },
  )

  app.get(
    '/v1/authorities/:authority/rounds',
    {
      config: { scope: 'read', published: 'rounds' },
      schema: {
        ...documentedPublishable(
          'rounds',
          'listRounds',
          'List the rounds, newest first, each whole',
          HOUSEHOLDS,
        ),
        params: authorityParams,
        querystring: roundPageQuery,
        response: answers(200, 'A page of rounds', pageOf(roundSchema)),
      },
    },
    async (request, reply) => {
      const { authority } = request.params
      const page = await registry.listRounds(authority, request.query)
      return sendPage(request, reply, page, (round) => show(request, authority, round), publicUrl)
    },
  )

  app.get(
    '/v1/authorities/:authority/rounds/:round',
    {
      config: { scope: 'read', published: 'rounds' },
      schema: {
        ...documentedPublishable('rounds', 'getRound', 'Get a round', HOUSEHOLDS),
        params: roundParams,
        response: answers(200, 'The round as it is now', roundSchema),
      },
    },
    async (request) => {
      const { authority, round } = request.params
      return show(request, authority, await registry.getRound(authority, round))
    },
  )

  for (const { suffix, operationId, summary, mediaType, schema, write } of FORMATS) {
    app.get(
      `/v1/authorities/:authority/rounds/:round.${suffix}`,
      {
        config: { scope: 'read', published: 'rounds' },
        schema: {
          ...documentedPublishable('rounds', operationId, summary, HOUSEHOLDS),
          params: roundParams,
          response: answersWith(200, 'The round as it is now', { [mediaType]: { schema } }),
        },
      },
      async (request, reply) => {
        const { authority, round: id } = request.params
        const round = show(request, authority, await registry.getRound(authority, id))
        return sendWritten(reply, `${mediaType}; charset=utf-8`, write(round))
      },
    )
  }

  app.post(
    '/v1/authorities/:authority/rounds/:round/cancel',
    {
      config: { scope: 'operate' },
      schema: {
        ...documented(
          'rounds',
          'cancelRound',
          'End the planning of a round',
          'Its status becomes `cancelled`, with the best plan so far; with none, where planning had not begun.',
        ),
        params: roundParams,
        response: answers(200, 'The round as it stays', roundSchema),
      },
    },
    async (request) => {
      const { authority, round } = request.params
      return live.cancel(authority, round)
    },
  )

  // A stream has no end that could be waited for: only whether there is one is told.
  app.head(
    '/v1/authorities/:authority/rounds/:round/events',
    { config: { scope: 'read', published: 'rounds' }, schema: { params: roundParams, hide: true } },
    async (request, reply) => {
      await registry.getRound(request.params.authority, request.params.round)
      return reply.type('text/event-stream').header('cache-control', 'no-store').send()
    },
  )

  app.get(
    '/v1/authorities/:authority/rounds/:round/events',
    {
      ...EVENT_STREAM_ROUTE,
      config: { scope: 'read', published: 'rounds' },
      schema: {
        ...documentedPublishable(
          'rounds',
          'streamRound',
          'Follow the planning of a round, by server-sent events',
          'Events: `solving` when its turn comes; `progress` `{cost, bins, distanceM, durationSeconds, elapsedSeconds}` when a better plan is found; `done` `{id, status, error, cost, distanceM, durationSeconds}` at the end, whatever the end, after which the stream is closed. With `Last-Event-ID`, what came after it; after `done`, 204.',
        ),
        params: roundParams,
        response: {
          ...answersWith(200, 'The events', { 'text/event-stream': { schema: z.string() } }),
          204: z.undefined().describe('There is nothing more to come'),
        },
      },
    },
    async (request, reply) => {
      const { authority, round: id } = request.params
      const lastEventId = request.headers['last-event-id']?.toString()
      const round = await registry.getRound(authority, id)
      if (lastEventId === LAST_EVENT_ID) return reply.code(204).send()
      if (streams.size >= EVENT_STREAMS_MAX) {
        throw new KerbsideError('BUSY', `${streams.size} streams of events are open already: try again later`)
      }
      let stopListening: (() => void) | undefined
      const { stream, answer } = openEventStream(reply, () => {
        stopListening?.()
        streams.delete(stream)
      })
      streams.add(stream)
      if (round.status === 'queued' || round.status === 'solving') {
        stopListening = live.listen(authority, id, lastEventId, {
          onEvent: (event) => stream.send(event),
          onEnd: () => stream.end(),
        })
      } else {
        stream.send({ id: LAST_EVENT_ID, event: 'done', data: endOf(round) })
        stream.end()
      }
      return answer
    },
  )
}
