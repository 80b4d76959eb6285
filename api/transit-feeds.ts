import { createHash } from 'node:crypto'
import type { Clock } from '../model/clock.ts'
import type { DeviceDirectory } from '../registry/device-directory.ts'
import type { ReadingStore } from '../store/reading-store.ts'
import { createAlertEntities } from '../transit/feed/alerts.ts'
import { createFeed, type Entity, encodeEntity, type Feed } from '../transit/feed/feed-message.ts'
import { createReportedEntities } from '../transit/feed/reported-positions.ts'
import type { TransitMoment } from '../transit/feed/transit-moment.ts'
import { createTripUpdate } from '../transit/feed/trip-updates.ts'
import { createVehicleEntities } from '../transit/feed/vehicle-positions.ts'
import type { TransitDesk } from './parts.ts'
import { createServedBody, type ServedBody } from './served-body.ts'
import { takeTurn, takeTurns } from './take-turns.ts'
import type { TransitView } from './transit-view.ts'

export type FeedKind = 'trip-updates' | 'vehicle-positions' | 'alerts'

/** How long positions that vehicles report are served from memory before the store is asked again: a second of the machine's. */
const FRESH_MS = 1_000
/** While the next one is made the one before is served, unless it was made longer ago: who asks seldom waits instead. */
const SERVED_BEFORE_MS = 10_000
/** Feeds kept, some kilobytes a vehicle; the least recently begun is let go, and its timestamp begins anew. */
const FEEDS_MAX = 3_000
interface FeedBodies {
  readonly protobuf: ServedBody
  /** Written when it is first asked for. */
  json(): Promise<ServedBody>
}

/** GTFS-Realtime, made once for all who ask. */
export interface TransitFeeds {
  get(authority: string, kind: FeedKind): Promise<FeedBodies>
  /** Whether nothing has changed since, as far as that is known without a look anywhere. */
  isCurrent(authority: string, kind: FeedKind, bodies: FeedBodies): boolean
}

interface Kept {
  /** What it was made of: a moment, or nothing that stands for it. */
  source: TransitMoment | undefined
  /** Clock.now */
  madeTime: number
  made: Promise<FeedBodies>
  isBeingMade: boolean
  last: Made | undefined
}

interface Made {
  readonly feed: Feed
  readonly bodies: FeedBodies
  /** What operators had entered. */
  readonly changes: TransitMoment['changes'] | undefined
  /** Clock.now when it was known to be so. */
  readonly time: number
}

export function createTransitFeeds({
  view,
  transit,
  store,
  directory,
  clock,
}: {
  readonly view: TransitView
  readonly transit?: TransitDesk | undefined
  readonly store: ReadingStore
  readonly directory: DeviceDirectory
  readonly clock: Clock
}): TransitFeeds {
  const feeds = new Map<string, Kept>()

  const transitFeeds: TransitFeeds = {
    isCurrent(authority, kind, bodies) {
      const kept = feeds.get(`${authority}/${kind}`)
      if (!kept?.source || kept.last?.bodies !== bodies) return false
      if (kept.isBeingMade && !mayBeBefore(kept.last, kept.source)) return false
      return view.isCurrent(authority, kept.source)
    },

    async get(authority, kind) {
      const moment = await view.findMoment(authority)
      const key = `${authority}/${kind}`
      const before = feeds.get(key)
      if (before?.isBeingMade) {
        // Whoever has it made waits for it; the others need not, where there is one just before it.
        if (before.last && mayBeBefore(before.last, moment)) return before.last.bodies
        const { source } = before
        const bodies = await before.made
        return source?.changes === moment?.changes ? bodies : transitFeeds.get(authority, kind)
      }
      if (before && isCurrent(before, moment)) return before.made
      const kept: Kept = {
        source: moment,
        madeTime: clock.now(),
        made: make(authority, kind, moment, before?.last),
        isBeingMade: true,
        last: before?.last,
      }
      feeds.delete(key)
      feeds.set(key, kept)
      const [oldest] = feeds.keys()
      if (feeds.size > FEEDS_MAX && oldest !== undefined) feeds.delete(oldest)
      try {
        return await kept.made
      } catch (error) {
        // The next one asks again, and goes on from the last feed that there was.
        kept.madeTime = Number.NEGATIVE_INFINITY
        kept.source = undefined
        throw error
      } finally {
        kept.isBeingMade = false
      }

      async function make(...made: Parameters<typeof makeFeed>): Promise<FeedBodies> {
        const feed = await makeFeed(...made)
        const bodies = kept.last?.feed === feed ? kept.last.bodies : createBodies(feed)
        kept.last = { feed, bodies, changes: moment?.changes, time: clock.now() }
        return bodies
      }
    },
  }
  return transitFeeds

  /** Whether it may be served while the next one is made: what operators have entered since holds at once. */
  function mayBeBefore({ changes, time }: Made, moment: TransitMoment | undefined): boolean {
    const ageMs = clock.now() - time
    return changes === moment?.changes && ageMs >= 0 && ageMs < SERVED_BEFORE_MS * clock.speed
  }

  function isCurrent(kept: Kept, moment: TransitMoment | undefined): boolean {
    const ageMs = clock.now() - kept.madeTime
    if (moment && kept.source === moment) return true
    return !moment && kept.source === undefined && ageMs >= 0 && ageMs < FRESH_MS * clock.speed
  }

  async function makeFeed(
    authority: string,
    kind: FeedKind,
    moment: TransitMoment | undefined,
    last: Kept['last'],
  ): Promise<Feed> {
    const entities = await listEntities(authority, kind, moment)
    const encoded = await inTurns(encodeEntities(entities))
    return createFeed({
      entities,
      encoded,
      version: moment?.timetable.version,
      now: moment?.time ?? clock.now(),
      speed: clock.speed,
      previous: last?.feed,
    })
  }

  async function listEntities(
    authority: string,
    kind: FeedKind,
    moment: TransitMoment | undefined,
  ): Promise<Iterable<Entity>> {
    if (kind === 'alerts') {
      const alerts = moment?.alerts ?? (await view.listAlerts(authority))
      return createAlertEntities(alerts, moment?.timetable, moment?.time ?? clock.now())
    }
    if (kind === 'trip-updates') return moment ? again(() => listTripUpdates(moment)) : []
    if (moment && transit?.snapshot(authority)) {
      const { timetable, vehicles, tripsByKey, time } = moment
      const input = { timetable, vehicles, trips: tripsByKey, now: time, speed: clock.speed }
      return again(() => createVehicleEntities(input))
    }
    return createReportedEntities({
      readings: await store.listLatest(authority, 'vehicle'),
      labelOf: (id) => {
        const device = directory.find(authority, id)?.device
        return device?.kind === 'vehicle' ? device.name : undefined
      },
      timetable: moment?.timetable,
      now: moment?.time ?? clock.now(),
      speed: clock.speed,
    })
  }
}

function* encodeEntities(entities: Iterable<Entity>): Generator<void, Buffer> {
  const encoded: Buffer[] = []
  for (const entity of entities) {
    encoded.push(encodeEntity(entity))
    yield
  }
  return Buffer.concat(encoded)
}

async function inTurns<T>(steps: Iterator<void, T>): Promise<T> {
  const done = takeTurn(steps)
  return done ? done[0] : takeTurns(steps)
}

/** What a generator makes, as often as somebody walks through it. */
function again<T>(walk: () => Iterator<T>): Iterable<T> {
  return { [Symbol.iterator]: walk }
}

function* listTripUpdates({ timetable, trips, time }: TransitMoment): Generator<Entity> {
  for (const trip of trips) {
    const entity = createTripUpdate(timetable, trip, time)
    if (entity) yield entity
  }
}

function createBodies(feed: Feed): FeedBodies {
  const hash = createHash('sha1').update(feed.entities).digest('base64url').slice(0, 12)
  const common = { etag: `W/"${feed.timestamp}-${hash}"`, modifiedTime: feed.timestamp * 1000 }
  let json: Promise<ServedBody> | undefined
  return {
    protobuf: createServedBody({ ...common, mediaType: 'application/x-protobuf', plain: feed.bytes }),
    json() {
      json ??= inTurns(feed.writeJson()).then((text) =>
        createServedBody({
          ...common,
          mediaType: 'application/json; charset=utf-8',
          plain: Buffer.from(text),
        }),
      )
      return json
    },
  }
}
