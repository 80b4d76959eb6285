import gtfsRealtime, { type transit_realtime } from 'gtfs-realtime-bindings'

const { FeedEntity, FeedHeader } = gtfsRealtime.transit_realtime

/** The header's timestamp moves on at least this often, though nothing has changed: consumers ask for 30 s. */
const HEADER_AGE_MAX_SECONDS = 25
/** FeedMessage's fields 1, the header, and 2, an entity, both preceded by their length. */
const HEADER_TAG = Buffer.from([0x0a])
const ENTITY_TAG = Buffer.from([0x12])

export type Entity = transit_realtime.IFeedEntity

export interface Feed {
  /** The header's, in seconds since 1970. */
  readonly timestamp: number
  /** The FeedMessage in protobuf. */
  readonly bytes: Buffer
  /**
   * The same as protobuf's JSON mapping: camelCase names, enums by name, 64-bit integers as strings. In steps, an entity each:
   * few ask for it, and it takes several times as long to write as the bytes do.
   */
  writeJson(): Generator<void, string>
  /** The entities in protobuf, to tell whether a later feed differs. */
  readonly entities: Buffer
}

export interface FeedInput {
  /** Walked through anew when JSON is written, so that nobody has to keep them: a town's are some megabytes. */
  readonly entities: Iterable<Entity>
  /** `entities` by `encodeEntity`, one behind another. */
  readonly encoded: Buffer
  /** Of the timetable that the feed refers to; undefined where there is none. */
  readonly version: string | undefined
  /** ms since 1970 */
  readonly now: number
  /** Clock.speed */
  readonly speed: number
  readonly previous: Feed | undefined
}

/** An entity as it stands in a message. */
export function encodeEntity(entity: Entity): Buffer {
  return Buffer.concat([ENTITY_TAG, FeedEntity.encodeDelimited(entity).finish()])
}

/**
 * A feed of entities. The header's timestamp never falls and is another whenever the content is; while neither has to
 * change, this is `previous` itself.
 */
export function createFeed({ entities, encoded, version, now, speed, previous }: FeedInput): Feed {
  const nowSeconds = Math.floor(now / 1000)
  const header = { ...HEADER, ...(version !== undefined && { feedVersion: version }) }
  const content = Buffer.concat([FeedHeader.encodeDelimited(header).finish(), encoded])
  if (
    previous?.entities.equals(content) &&
    nowSeconds - previous.timestamp < HEADER_AGE_MAX_SECONDS * speed
  ) {
    return previous
  }
  const timestamp = previous ? Math.max(nowSeconds, previous.timestamp + 1) : nowSeconds
  const stamped = { ...header, timestamp }
  return {
    timestamp,
    bytes: Buffer.concat([HEADER_TAG, FeedHeader.encodeDelimited(stamped).finish(), encoded]),
    writeJson: () => writeJson(stamped, entities),
    entities: content,
  }
}

const HEADER = {
  gtfsRealtimeVersion: '2.0',
  incrementality: FeedHeader.Incrementality.FULL_DATASET,
}

/** Protobuf's JSON leaves an empty list out, which whoever walks through it would have to know. */
function* writeJson(
  header: transit_realtime.IFeedHeader,
  entities: Iterable<Entity>,
): Generator<void, string> {
  const written: string[] = []
  for (const entity of entities) {
    written.push(JSON.stringify(FeedEntity.create(entity).toJSON()))
    yield
  }
  return `{"header":${JSON.stringify(FeedHeader.create(header).toJSON())},"entity":[${written.join(',')}]}`
}
