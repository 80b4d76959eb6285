import { z } from 'zod'
import { answersWith, documentedPublishable } from '../documented.ts'
import type { FastLane } from '../fast-lane.ts'
import type { Api } from '../parts.ts'
import { authorityParams } from '../schemas.ts'
import { SERVED_ROUTE, serveBody } from '../served-body.ts'
import type { FeedKind, TransitFeeds } from '../transit-feeds.ts'

const PROTOBUF = 'application/x-protobuf'
const FORMATS = [
  { suffix: '', name: '', mediaType: PROTOBUF },
  { suffix: '.pb', name: 'Pb', mediaType: PROTOBUF },
  { suffix: '.json', name: 'Json', mediaType: 'application/json' },
] as const

const KINDS: readonly { kind: FeedKind; name: string; summary: string; description: string }[] = [
  {
    kind: 'trip-updates',
    name: 'TripUpdates',
    summary: 'When trips arrive and depart',
    description:
      'Every trip of which something live is known or that runs otherwise than in the timetable; nothing where there is no timetable.',
  },
  {
    kind: 'vehicle-positions',
    name: 'VehiclePositions',
    summary: 'Where the vehicles are',
    description: 'Every vehicle that was heard of in the last 90 seconds.',
  },
  {
    kind: 'alerts',
    name: 'Alerts',
    summary: 'What passengers are told of disturbances',
    description: 'Those that are told now; they are entered at `service-alerts` and `service-changes`.',
  },
]

const binarySchema = z.string().meta({ format: 'binary' })
const jsonSchema = z.looseObject({ header: z.looseObject({}), entity: z.array(z.looseObject({})) })

/** GTFS-Realtime. */
export function registerGtfsRt(app: Api, feeds: TransitFeeds, lane: FastLane): void {
  for (const { kind, name: kindName, summary, description } of KINDS) {
    for (const { suffix, name, mediaType } of FORMATS) {
      app.get(
        `/v1/authorities/:authority/gtfs-rt/${kind}${suffix}`,
        {
          ...SERVED_ROUTE,
          config: { scope: 'read', published: 'gtfs-rt', isQuiet: true, isLicensed: true },
          schema: {
            ...documentedPublishable(
              'transit',
              `get${kindName}${name}`,
              `${summary}, as a GTFS-Realtime feed in ${suffix === '.json' ? 'JSON' : 'protobuf'}`,
              `${description} The header moves on whenever the content does, and every 25 seconds without. Ask with \`If-None-Match\` or \`If-Modified-Since\`.`,
            ),
            params: authorityParams,
            response: {
              ...answersWith(200, 'A FeedMessage', {
                [mediaType]: { schema: suffix === '.json' ? jsonSchema : binarySchema },
              }),
              304: z.undefined().describe('It is the one that the client has'),
            },
          },
        },
        async (request, reply) => {
          const { authority } = request.params
          const bodies = await feeds.get(authority, kind)
          const served = suffix === '.json' ? await bodies.json() : bodies.protobuf
          return serveBody(request, reply, served, (body) => {
            const isCurrent = () => feeds.isCurrent(authority, kind, bodies)
            lane.offer(request, reply, { authority, published: 'gtfs-rt', body, isCurrent })
          })
        },
      )
    }
  }
}
