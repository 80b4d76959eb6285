import gtfsRealtime, { type transit_realtime } from 'gtfs-realtime-bindings'
import type { Timetable } from '../timetable/timetable.ts'
import { checkAlert } from './check-alert.ts'
import { checkTripUpdate } from './check-trip-update.ts'
import { checkVehicle } from './check-vehicle.ts'
import { createFindingList, type Finding, type FindingList } from './finding-list.ts'
import type { QualityContext } from './quality-context.ts'
import { readFeed } from './read-feed.ts'

const { FULL_DATASET } = gtfsRealtime.transit_realtime.FeedHeader.Incrementality
const VERSIONS = ['1.0', '2.0']
const RENEWED_SECONDS = 35
const AGE_MAX_SECONDS = 65
/** Clocks differ. */
const FUTURE_SECONDS = 60

/** What was served before, to tell whether a feed goes on as it should. */
export interface SeenFeed {
  /** Seconds since 1970. */
  readonly timestamp: number
  /** Of the whole message. */
  readonly hash: string
}

export interface FeedQuality {
  /** Of the header, in seconds since 1970; null where it has none. */
  readonly timestamp: number | null
  readonly ageSeconds: number | null
  readonly entities: number
  readonly errors: readonly Finding[]
  readonly warnings: readonly Finding[]
}

export interface FeedCheck {
  readonly bytes: Uint8Array
  readonly hash: string
  readonly timetable: Timetable | undefined
  /** ms since 1970 */
  readonly now: number
  /** Clock.speed: of a clock that runs fast, a feed is as many times older when it is read. */
  readonly speed: number
  readonly previous: SeenFeed | undefined
}

/** Checks a FeedMessage against the rules, an entity at each step, since a large one takes a while. */
export function* checkFeed(check: FeedCheck): Generator<void, FeedQuality> {
  const { bytes, timetable } = check
  const now = check.now / 1000
  const findings = createFindingList()
  const ids = new Set<string>()
  const vehicleIds = new Set<string>()
  let header: transit_realtime.IFeedHeader | undefined
  let timestamp: number | undefined
  let entities = 0
  for (const part of readFeed(bytes)) {
    if ('header' in part) {
      header = part.header
      timestamp = (header.timestamp as number | null | undefined) || undefined
      checkHeader(check, header, timestamp, findings)
      continue
    }
    const { entity } = part
    entities += 1
    if (ids.has(entity.id)) findings.note('K002', entity.id)
    ids.add(entity.id)
    if (entity.isDeleted && header?.incrementality === FULL_DATASET) findings.note('E039', entity.id)
    checkEntity({ timetable, now, timestamp, findings, vehicleIds }, entity)
    yield
  }
  return {
    timestamp: timestamp ?? null,
    ageSeconds: timestamp === undefined ? null : Math.round(now - timestamp),
    entities,
    ...findings.list(),
  }
}

function checkHeader(
  { now, speed, previous, hash, timetable }: FeedCheck,
  { gtfsRealtimeVersion, incrementality, feedVersion }: transit_realtime.IFeedHeader,
  timestamp: number | undefined,
  findings: FindingList,
): void {
  if (!VERSIONS.includes(gtfsRealtimeVersion)) findings.note('E038', String(gtfsRealtimeVersion))
  if (incrementality == null) findings.note('E049', 'header')
  if (feedVersion && timetable && feedVersion !== timetable.version) {
    findings.note('K003', `${feedVersion} instead of ${timetable.version}`)
  }
  if (timestamp === undefined) {
    findings.note('E048', 'header')
    return
  }
  const age = now / 1000 - timestamp
  if (age < -FUTURE_SECONDS) findings.note('E050', `header: ${timestamp}`)
  if (age > RENEWED_SECONDS * speed) findings.note('W007', `${Math.round(age)} s`)
  if (age > AGE_MAX_SECONDS * speed) findings.note('W008', `${Math.round(age)} s`)
  if (!previous) return
  if (timestamp < previous.timestamp) findings.note('E018', `${timestamp} after ${previous.timestamp}`)
  if (timestamp === previous.timestamp && hash !== previous.hash) findings.note('E017', String(timestamp))
}

function checkEntity(
  context: QualityContext,
  { id, tripUpdate, vehicle, alert }: transit_realtime.IFeedEntity,
): void {
  if (tripUpdate) checkTripUpdate(context, tripUpdate, id)
  if (vehicle) checkVehicle(context, vehicle, id)
  if (alert) checkAlert(context, alert, id)
}
