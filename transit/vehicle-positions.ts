import gtfsRealtime from 'gtfs-realtime-bindings'
import { OCCUPANCY_STATUSES, type Reading } from '../model/reading.ts'

const { FeedEntity, FeedHeader, FeedMessage, VehiclePosition } = gtfsRealtime.transit_realtime

/** GTFS-Realtime's best practice: no position in the feed is older. */
const POSITION_AGE_MAX_SECONDS = 90
/** The header's timestamp moves on at least this often, though no vehicle has moved: consumers ask for 30 s. */
const HEADER_AGE_MAX_SECONDS = 25
/** What the path of a reading takes at most by the machine's clock: more time of a clock that runs fast. */
const PATH_SECONDS = 2

export interface VehiclePositionsFeed {
  /** The header's, in seconds since 1970. */
  readonly timestamp: number
  /** The FeedMessage in protobuf. */
  readonly bytes: Buffer
  /** The same as protobuf's JSON mapping: camelCase names, enums by name, 64-bit integers as strings. */
  readonly json: string
  /** The entities in protobuf, to tell whether a later feed differs. */
  readonly entities: Buffer
}

export interface VehiclePositionsInput {
  /** The latest of each vehicle. */
  readonly readings: readonly Reading[]
  /** A vehicle's name, null where it has none; undefined where there is no such vehicle, which is left out. */
  readonly labelOf: (device: string) => string | null | undefined
  /** ms since 1970 */
  readonly now: number
  /** Clock.speed */
  readonly speed: number
  readonly previous: VehiclePositionsFeed | undefined
}

/**
 * The feed of where vehicles are. The header's timestamp never falls and is another whenever the content is; while
 * neither has to change, this is `previous` itself.
 */
export function createVehiclePositionsFeed(input: VehiclePositionsInput): VehiclePositionsFeed {
  const { readings, labelOf, now, speed, previous } = input
  const nowSeconds = Math.floor(now / 1000)
  const oldest = now - (POSITION_AGE_MAX_SECONDS + PATH_SECONDS * (speed - 1)) * 1000
  const positions = readings.flatMap((reading) => {
    const label = labelOf(reading.device)
    return label === undefined || reading.time < oldest ? [] : [formatEntity(reading, label, nowSeconds)]
  })
  const entities = Buffer.concat(positions.map((entity) => FeedEntity.encodeDelimited(entity).finish()))
  if (
    previous?.entities.equals(entities) &&
    nowSeconds - previous.timestamp < HEADER_AGE_MAX_SECONDS * speed
  ) {
    return previous
  }
  const timestamp = previous ? Math.max(nowSeconds, previous.timestamp + 1) : nowSeconds
  const message = FeedMessage.create({
    header: FeedHeader.create({
      gtfsRealtimeVersion: '2.0',
      incrementality: FeedHeader.Incrementality.FULL_DATASET,
      timestamp,
    }),
    entity: positions,
  })
  // protobuf's JSON leaves an empty list out, which whoever walks through it would have to know.
  const { header, entity = [] } = message.toJSON()
  return {
    timestamp,
    bytes: Buffer.from(FeedMessage.encode(message).finish()),
    json: JSON.stringify({ header, entity }),
    entities,
  }
}

function formatEntity({ device, time, fields }: Reading, label: string | null, nowSeconds: number) {
  const text = (name: string): string | undefined => {
    const value = fields[name]
    return typeof value === 'string' ? value : undefined
  }
  const number = (name: string): number | undefined => {
    const value = fields[name]
    return typeof value === 'number' ? value : undefined
  }
  const [tripId, routeId, startDate] = [text('tripId'), text('routeId'), text('startDate')]
  const speedKph = number('speedKph')
  const bearing = number('bearingDegrees')
  const occupancy = text('occupancyStatus')
  return FeedEntity.create({
    id: device,
    vehicle: {
      ...((tripId !== undefined || routeId !== undefined) && {
        trip: {
          ...(tripId !== undefined && { tripId }),
          ...(startDate !== undefined && { startDate }),
          ...(routeId !== undefined && { routeId }),
        },
      }),
      vehicle: { id: device, ...(label !== null && { label }) },
      position: {
        latitude: number('latitude') ?? 0,
        longitude: number('longitude') ?? 0,
        ...(bearing !== undefined && { bearing }),
        // Metres a second.
        ...(speedKph !== undefined && { speed: speedKph / 3.6 }),
      },
      // A vehicle's clock may be a little ahead, but nothing in a feed is later than the feed.
      timestamp: Math.min(Math.floor(time / 1000), nowSeconds),
      ...(isOccupancyStatus(occupancy) && { occupancyStatus: VehiclePosition.OccupancyStatus[occupancy] }),
    },
  })
}

function isOccupancyStatus(name: string | undefined): name is (typeof OCCUPANCY_STATUSES)[number] {
  return name !== undefined && (OCCUPANCY_STATUSES as readonly string[]).includes(name)
}
