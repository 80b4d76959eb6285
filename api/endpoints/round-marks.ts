import { z } from 'zod'
import { KerbsideError } from '../../model/error.ts'
import { idSchema } from '../../model/id.ts'
import { roundSchema } from '../../model/round.ts'
import { newRoundMarkSchema, roundChangeSchema } from '../../model/round-mark.ts'
import { answers, answersWith, documented, documentedPublishable } from '../documented.ts'
import { EVENT_STREAM_ROUTE, type EventStream, openEventStream } from '../event-stream.ts'
import type { Api, ApiParts } from '../parts.ts'
import { createRoundMending } from '../round-mending.ts'
import { createRoundRevisions } from '../round-revisions.ts'
import { createRoundWatch } from '../round-watch.ts'
import { authorityParams, schemas } from '../schemas.ts'
import { createShowRound } from '../show-rounds.ts'

/** Streams of changes that this process serves at once; one more is answered with 503. */
const CHANGE_STREAMS_MAX = 500

const marksBody = z.union([newRoundMarkSchema, z.array(newRoundMarkSchema).min(1).max(100)])
schemas.add(newRoundMarkSchema, { id: 'RoundMark' })
schemas.add(roundChangeSchema, { id: 'RoundChange' })

const roundParams = authorityParams.extend({ round: idSchema })
const markedSchema = z.object({ round: roundSchema, changes: z.array(roundChangeSchema) })

const MARKING = [
  'One mark, or up to 100 at once: `done` `{deviceId}` or `{tipId, lorryId, time}`; `impossible` `{deviceId, reason}`; `blocked` `{polygon}` or `{wayId}` (of OpenStreetMap); `breakdown` `{lorryId}`; `reading` `{deviceId, fillPercent}`; `reopened` `{deviceId}`, `{lorryId}`, `{polygon}` or `{wayId}` takes back what was marked of it. `time` is now where it is absent; `lorryId` of a lift says that another lorry did it than planned.',
  'Marks are kept first. Where they change the rest of the day, that is planned anew within some seconds: what is done stays, a lorry goes on to the stop that it is on its way to, and bins keep their lorry where another one is hardly cheaper. What could not be mended yet is answered with 202, `isMending`, and mended within a minute. A mark that says what holds already changes nothing. What a crew writes as `reason` is shown wherever the round is, also without a key where rounds are published.',
  'A crew that has marked nothing is taken to be on time. A crew that marks its next lift as impossible stands before it.',
].join('\n\n')

export function registerRoundMarks(app: Api, parts: ApiParts): void {
  const { registry, logger } = parts
  const revisions = createRoundRevisions({ registry, logger })
  const mending = createRoundMending(parts, revisions.tell)
  const watch = createRoundWatch(parts, mending)
  const show = createShowRound(parts)
  const streams = new Set<EventStream>()
  app.addHook('onReady', async () => watch.start())
  app.addHook('preClose', async () => {
    await watch.close()
    revisions.close()
    for (const stream of streams) stream.end()
  })

  app.post(
    '/v1/authorities/:authority/rounds/:round/marks',
    {
      config: { scope: 'operate' },
      schema: {
        ...documented('rounds', 'markRound', 'Tell what happened on the day of a round', MARKING),
        params: roundParams,
        body: marksBody,
        response: {
          ...answers(200, 'The round as it is now, and what changed', markedSchema),
          ...answers(202, 'The marks are kept; the round is mended soon', markedSchema),
        },
      },
    },
    async (request, reply) => {
      const { authority, round: id } = request.params
      const marks = Array.isArray(request.body) ? request.body : [request.body]
      const round = await mending.mark(authority, id, marks)
      return reply.code(round.isMending ? 202 : 200).send({ round, changes: round.changes ?? [] })
    },
  )

  // A stream has no end that could be waited for: only whether there is one is told.
  app.head(
    '/v1/authorities/:authority/rounds/:round/changes',
    { config: { scope: 'read', published: 'rounds' }, schema: { params: roundParams, hide: true } },
    async (request, reply) => {
      await registry.getRound(request.params.authority, request.params.round)
      return reply.type('text/event-stream').header('cache-control', 'no-store').send()
    },
  )

  app.get(
    '/v1/authorities/:authority/rounds/:round/changes',
    {
      ...EVENT_STREAM_ROUTE,
      config: { scope: 'read', published: 'rounds' },
      schema: {
        ...documentedPublishable(
          'rounds',
          'streamRoundChanges',
          'Follow what becomes of a round on its day, by server-sent events',
          'An event `mended` `{id, revision, isMending, changes}` for each revision, whose number is its id; of several at once the newest. With `Last-Event-ID`, from the revision after it on; otherwise from now on.',
        ),
        params: roundParams,
        response: answersWith(200, 'The events', { 'text/event-stream': { schema: z.string() } }),
      },
    },
    async (request, reply) => {
      const { authority, round: id } = request.params
      const round = await registry.getRound(authority, id)
      if (streams.size >= CHANGE_STREAMS_MAX) {
        throw new KerbsideError(
          'BUSY',
          `${streams.size} streams of changes are open already: try again later`,
        )
      }
      const lastEventId = Number(request.headers['last-event-id'] ?? Number.NaN)
      const since = Number.isInteger(lastEventId) ? lastEventId : round.revision
      let stopListening: (() => void) | undefined
      const { stream, answer } = openEventStream(reply, () => {
        stopListening?.()
        streams.delete(stream)
      })
      streams.add(stream)
      stopListening = revisions.listen(authority, id, since, {
        onRevision: (revised) => {
          const { revision, isMending = false, changes = [] } = show(request, authority, revised)
          stream.send({
            id: `${revision}`,
            event: 'mended',
            data: { id, revision, isMending, changes },
          })
        },
        onEnd: () => stream.end(),
      })
      return answer
    },
  )
}
