import type { Clock } from '../model/clock.ts'
import type { Kind } from '../model/device.ts'
import { messageOf } from '../model/error.ts'
import type { Logger } from '../model/logger.ts'
import type { DeviceDirectory } from '../registry/device-directory.ts'
import type { Registry } from '../registry/registry.ts'
import type { ReadingStore } from '../store/reading-store.ts'
import {
  type AccuracyCount,
  type AccuracyCounters,
  createAccuracyCounters,
} from '../transit/accuracy/accuracy-counters.ts'
import { createPredictionJudge } from '../transit/accuracy/judge-predictions.ts'
import { createRecentAccuracy, type RecentHorizon } from '../transit/accuracy/recent-accuracy.ts'
import { createLineCoverage, type LineCoverage } from '../transit/live/line-coverage.ts'
import { readTripUpdates } from '../transit/live/read-trip-updates.ts'
import { toSighting } from '../transit/live/sighting.ts'
import { createTracker, type Tracker } from '../transit/live/tracker.ts'
import type { LinkRatio } from '../transit/predict/link-times.ts'
import { createPredictor, type Predictor } from '../transit/predict/predictor.ts'
import { createStreetRatio } from '../transit/predict/street-ratio.ts'
import { localServiceDate, serviceDayStart } from '../transit/timetable/service-day-start.ts'
import type { Timetable } from '../transit/timetable/timetable.ts'
import type { TransitSnapshot } from '../transit/trip-prediction.ts'
import { createPredictionKeeper } from './keep-predictions.ts'
import { listPassages } from './list-passages.ts'
import { createReceivedReader, type ReceivedReader } from './received-reader.ts'
import type { StreetPaces } from './street-paces.ts'

/** What a vehicle did in the last minutes is enough to go on from after a start, or with another timetable. */
const LOOK_BACK_MS = 15 * 60_000
const HOUR_MS = 3_600_000

/** By the machine's clock: a snapshot is made anew so soon after something changed, and so often because time passes. */
const CHANGED_MS = 1_500
const UNCHANGED_MS = 5_000
/** Counters report every few minutes, by the followed clock. */
const STREETS_MS = 120_000

/** Names in the registry's memory of what was learnt. */
const MEMORIES = { links: 'links', accuracy: 'accuracy', lines: 'lines' } as const

/** Follows one authority's vehicles. */
export interface TransitFollower {
  /** Whether it is this process that keeps what is learnt; another one learns the same. */
  isKeeper: boolean
  /** Takes what is new by this timetable. Resolves with whether there is another snapshot. */
  step(timetable: Timetable): Promise<boolean>
  /** Undefined until something live was heard. */
  snapshot(): TransitSnapshot | undefined
  accuracy(): readonly AccuracyCount[] | undefined
  /** What predictions came to within the last hour. */
  recentAccuracy(): readonly RecentHorizon[]
  /** Writes what was learnt to the registry, where this process is the one that does. */
  keep(): Promise<void>
  /** Writes what came of predictions to the store, where this process is the one that does. Never rejects. */
  writePredictions(): Promise<void>
}

interface Following {
  readonly timetable: Timetable
  readonly tracker: Tracker
  readonly predictor: Predictor
  readonly counters: AccuracyCounters
  readonly coverage: LineCoverage
  readonly vehicles: ReceivedReader
  readonly displays: ReceivedReader
  /** From when on feeds were received that are to be read, in ms since 1970. */
  feedsFrom: number
  date: string
}

export function createTransitFollower({
  authority,
  registry,
  store,
  directory,
  streetPaces,
  clock,
  logger,
}: {
  readonly authority: string
  readonly registry: Registry
  readonly store: ReadingStore
  readonly directory: DeviceDirectory
  readonly streetPaces: StreetPaces
  readonly clock: Clock
  readonly logger: Logger
}): TransitFollower {
  let following: Following | undefined
  let latest: TransitSnapshot | undefined
  let madeAt = Number.NEGATIVE_INFINITY
  let isNews = false
  let hasLearnt = false
  let linkRatio: LinkRatio = () => 1
  let streetsTime = Number.NEGATIVE_INFINITY
  const isKeeper = () => follower.isKeeper
  const predictions = createPredictionKeeper({ authority, registry, store, isKeeper, logger })
  const recent = createRecentAccuracy()
  const follower: TransitFollower = {
    isKeeper: false,
    step,
    snapshot: () => latest,
    accuracy: () => following?.counters.list(),
    recentAccuracy: () => recent.list(clock.now()),
    keep,
    writePredictions: predictions.write,
  }
  return follower

  async function step(timetable: Timetable): Promise<boolean> {
    const isAnother = following?.timetable !== timetable
    if (!following || isAnother) following = await begin(timetable, following)
    const current = following
    lookAtStreets(timetable, isAnother)
    const areReadings = [await readVehicles(current), await readDisplays(current)].includes(true)
    if (areReadings) hasLearnt = true
    if ((await readFeeds(current)) || areReadings) isNews = true
    const age = performance.now() - madeAt
    // Where nothing was ever heard, what the timetable says is all there is to say.
    if (!latest && !isNews) return false
    if (!isAnother && age < (isNews ? CHANGED_MS : UNCHANGED_MS) / Math.min(clock.speed, 6)) return false
    isNews = false
    madeAt = performance.now()
    fadeDaily(current)
    latest = current.tracker.snapshot(Math.max(clock.now(), (latest?.time ?? 0) + 1))
    return true
  }

  async function begin(timetable: Timetable, before: Following | undefined): Promise<Following> {
    const find = (name: keyof typeof MEMORIES) => registry.findTransitMemory(authority, MEMORIES[name])
    const predictor = createPredictor({
      timetable,
      linkRatio: (...link) => linkRatio(...link),
      ...optional('packed', before?.predictor.pack() ?? (await find('links'))),
    })
    const counters = before?.counters ?? createAccuracyCounters(await find('accuracy'))
    const coverage = before?.coverage ?? createLineCoverage(await find('lines'))
    const { timeZone } = timetable
    const tracker = createTracker({
      timetable,
      predictor,
      coverage,
      judge: createPredictionJudge({
        counters,
        hourOf: (time) => hourOf(timeZone, time),
        onJudged(judged) {
          predictions.add(judged)
          recent.add(judged, clock.now())
        },
      }),
      labelOf: (vehicle) => directory.find(authority, vehicle)?.device.name ?? null,
    })
    logger.info({ authority, version: timetable.version }, 'vehicles are followed by a timetable')
    return {
      timetable,
      tracker,
      predictor,
      counters,
      coverage,
      vehicles: follow('vehicle'),
      displays: follow('display'),
      feedsFrom: clock.now() - LOOK_BACK_MS,
      date: localServiceDate(timeZone, clock.now()),
    }
  }

  /** Nobody waits for it: what is usual of many counters is read from weeks of their readings, once a day. */
  function lookAtStreets(timetable: Timetable, isAnother: boolean): void {
    const now = clock.now()
    if (!isAnother && Math.abs(now - streetsTime) < STREETS_MS) return
    streetsTime = now
    streetPaces.read(timetable.timeZone).then(
      (paces) => {
        linkRatio = createStreetRatio(timetable, paces)
      },
      (error: unknown) => {
        logger.warn({ authority, error: messageOf(error) }, 'what counters say of the streets cannot be read')
      },
    )
  }

  function follow(kind: Kind): ReceivedReader {
    const since = { sinceMs: LOOK_BACK_MS, lookBackMs: LOOK_BACK_MS }
    return createReceivedReader({ authority, kind, store, clock, ...since })
  }

  /** What is read once more changes nothing: a sighting that is not later than the vehicle's last is passed over. */
  function readVehicles({ tracker, vehicles }: Following): Promise<boolean> {
    return vehicles.read((reading) => {
      const sighting = toSighting(reading)
      if (sighting) tracker.see(sighting)
    })
  }

  /** Nor here: a passage is known. */
  function readDisplays({ tracker, displays }: Following): Promise<boolean> {
    return displays.read((reading) => {
      const stopIds = directory.find(authority, reading.device)?.device.stopIds ?? []
      for (const passage of listPassages(reading, stopIds)) tracker.pass(passage)
    })
  }

  async function readFeeds(current: Following): Promise<boolean> {
    const feeds = await registry.listConnectionFeeds(authority, current.feedsFrom)
    for (const { id, bytes, receivedTime } of feeds) {
      current.feedsFrom = Math.max(current.feedsFrom, receivedTime)
      const updates = readTripUpdates(bytes, receivedTime)
      if (updates) current.tracker.hear(id, updates, receivedTime)
      else logger.warn({ authority, connection: id }, 'a feed is no GTFS-Realtime message')
    }
    return feeds.length > 0
  }

  function fadeDaily(current: Following): void {
    const date = localServiceDate(current.timetable.timeZone, clock.now())
    if (date === current.date) return
    current.date = date
    current.counters.fade()
  }

  async function keep(): Promise<void> {
    if (!following || !hasLearnt || !follower.isKeeper) return
    hasLearnt = false
    const { predictor, counters, coverage } = following
    await registry.keepTransitMemory(authority, MEMORIES.links, predictor.pack())
    await registry.keepTransitMemory(authority, MEMORIES.accuracy, counters.pack())
    await registry.keepTransitMemory(authority, MEMORIES.lines, coverage.pack())
  }
}

function hourOf(timeZone: string, time: number): number {
  const start = serviceDayStart(timeZone, localServiceDate(timeZone, time))
  return Math.min(23, Math.max(0, Math.floor((time - start) / HOUR_MS)))
}

function optional<K extends string, V>(name: K, value: V | undefined): { [key in K]?: V } {
  return value === undefined ? {} : ({ [name]: value } as { [key in K]: V })
}
