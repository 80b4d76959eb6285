import { createHash } from 'node:crypto'
import { z } from 'zod'
import { createVehiclePositionsFeed, type VehiclePositionsFeed } from '../../transit/vehicle-positions.ts'
import { answersWith, documentedPublishable } from '../documented.ts'
import type { Api, ApiParts } from '../parts.ts'
import { authorityParams } from '../schemas.ts'
import { sendWritten } from '../written.ts'

/** How long a feed is served from memory before the store is asked again: a second of the machine's. */
const FRESH_MS = 1_000
/** Feeds kept, some 100 bytes a vehicle; the least recently made is let go, and its timestamp begins anew. */
const FEEDS_MAX = 1_000

const PROTOBUF = 'application/x-protobuf'
const FORMATS = [
  { suffix: '', name: '', mediaType: PROTOBUF },
  { suffix: '.pb', name: 'Pb', mediaType: PROTOBUF },
  { suffix: '.json', name: 'Json', mediaType: 'application/json' },
] as const

const binarySchema = z.string().meta({ format: 'binary' })
const jsonSchema = z.looseObject({ header: z.looseObject({}), entity: z.array(z.looseObject({})) })

interface KeptFeed {
  /** Clock.now */
  readonly madeTime: number
  readonly feed: Promise<VehiclePositionsFeed>
  isBeingMade: boolean
  /** The newest that is finished. */
  last: VehiclePositionsFeed | undefined
}

/** GTFS-Realtime. */
export function registerGtfsRt(app: Api, parts: ApiParts): void {
  const feeds = new Map<string, KeptFeed>()
  for (const { suffix, name, mediaType } of FORMATS) {
    app.get(
      `/v1/authorities/:authority/gtfs-rt/vehicle-positions${suffix}`,
      {
        config: { scope: 'read', published: 'gtfs-rt' },
        // Protobuf is not among the types that are compressed otherwise.
        compress: { encodings: ['br', 'gzip'], threshold: 1024, customTypes: /x-protobuf|json/ },
        schema: {
          ...documentedPublishable(
            'transit',
            `getVehiclePositions${name}`,
            `Where the vehicles are, as a GTFS-Realtime feed in ${suffix === '.json' ? 'JSON' : 'protobuf'}`,
            'Every vehicle that was heard of in the last 90 seconds. The header moves on whenever the content does, and every 25 seconds without. Ask with `If-None-Match` or `If-Modified-Since`.',
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
        const feed = await getFeed(request.params.authority)
        reply
          .header('etag', `W/"${feed.timestamp}-${hashOf(feed)}"`)
          .header('last-modified', new Date(feed.timestamp * 1000).toUTCString())
          .header('cache-control', request.caller ? 'private, no-cache' : 'no-cache')
        // Where both are sent, If-None-Match alone counts (RFC 9110, 13.1.3).
        const since = Date.parse(request.headers['if-modified-since'] ?? '')
        if (request.headers['if-none-match'] === undefined && feed.timestamp * 1000 <= since) {
          return reply.code(304).send()
        }
        return sendWritten(reply, mediaType, suffix === '.json' ? feed.json : feed.bytes)
      },
    )
  }

  /** Many clients that ask at once share one look into the store. */
  function getFeed(authority: string): Promise<VehiclePositionsFeed> {
    const now = parts.clock.now()
    const before = feeds.get(authority)
    const isFresh = before !== undefined && now - before.madeTime < FRESH_MS * parts.clock.speed
    if (before && (isFresh || before.isBeingMade)) return before.feed
    const kept: KeptFeed = {
      madeTime: now,
      feed: makeFeed(parts, authority, before?.last),
      isBeingMade: true,
      last: before?.last,
    }
    feeds.delete(authority)
    feeds.set(authority, kept)
    const [oldest] = feeds.keys()
    if (feeds.size > FEEDS_MAX && oldest !== undefined) feeds.delete(oldest)
    kept.feed.then(
      (feed) => {
        kept.last = feed
        kept.isBeingMade = false
      },
      () => {
        // The next one asks the store again, and goes on from the last feed that there was.
        feeds.set(authority, { ...kept, madeTime: Number.NEGATIVE_INFINITY, isBeingMade: false })
      },
    )
    return kept.feed
  }
}

async function makeFeed(
  { store, directory, clock }: ApiParts,
  authority: string,
  previous: VehiclePositionsFeed | undefined,
): Promise<VehiclePositionsFeed> {
  const readings = await store.listLatest(authority, 'vehicle')
  return createVehiclePositionsFeed({
    readings,
    labelOf: (id) => {
      const device = directory.find(authority, id)?.device
      return device?.kind === 'vehicle' ? device.name : undefined
    },
    now: clock.now(),
    speed: clock.speed,
    previous,
  })
}

function hashOf({ entities }: VehiclePositionsFeed): string {
  return createHash('sha1').update(entities).digest('base64url').slice(0, 12)
}
