import { randomUUID } from 'node:crypto'
import type { Clock } from '../model/clock.ts'
import { messageOf } from '../model/error.ts'
import type { Logger } from '../model/logger.ts'
import type { DeviceDirectory } from '../registry/device-directory.ts'
import type { Registry } from '../registry/registry.ts'
import type { ReadingStore } from '../store/reading-store.ts'
import type { TimetableSource, TransitDesk } from './parts.ts'
import { createStreetPaces } from './street-paces.ts'
import type { TrafficHistories } from './traffic-histories.ts'
import { createTransitFollower, type TransitFollower } from './transit-follower.ts'

/** What is new is read so often, by the machine's clock: a faster clock is followed in smaller steps, as far as that goes. */
const STEP_MS = 1_000
const STEP_MIN_MS = 250
/** Which authorities there are, and whose memory is whose to keep, is looked up so often. */
const LOOK_EVERY_MS = 10_000
const AUTHORITIES_PER_READ = 500
/** What was learnt is kept so often, and when the process ends. */
const KEEP_EVERY_MS = 60_000
/** What came of predictions goes to the store so often, and when the process ends. */
const WRITE_EVERY_MS = 5_000
/** Longer than it takes to be renewed, should a look fail. */
const LEASE_MS = 45_000

/** Follows the vehicles of every authority that has a timetable. */
export interface RunningTransitDesk extends TransitDesk {
  /** Reads what is new now; resolves when it is in the snapshot. Never rejects. */
  step(): Promise<void>
  /** Keeps what was learnt. */
  close(): Promise<void>
}

export function createTransitDesk({
  registry,
  store,
  directory,
  timetables,
  trafficHistories,
  clock,
  logger,
}: {
  readonly registry: Registry
  readonly store: ReadingStore
  readonly directory: DeviceDirectory
  readonly timetables: TimetableSource
  readonly trafficHistories: Pick<TrafficHistories, 'getHistory'>
  readonly clock: Clock
  readonly logger: Logger
}): RunningTransitDesk {
  const owner = randomUUID()
  const followers = new Map<string, TransitFollower>()
  const listeners = new Map<string, Set<() => void>>()
  let lookedTime = Number.NEGATIVE_INFINITY
  let keptTime = performance.now()
  let writtenTime = Number.NEGATIVE_INFINITY
  let stepping: Promise<void> | undefined
  let isClosed = false
  const timer = setInterval(
    () => {
      if (!stepping) void step()
    },
    Math.max(STEP_MIN_MS, STEP_MS / clock.speed),
  ).unref()

  return {
    snapshot: (authority) => followers.get(authority)?.snapshot(),
    accuracy: (authority) => followers.get(authority)?.accuracy(),
    recentAccuracy: (authority) => followers.get(authority)?.recentAccuracy() ?? [],
    onChange,
    step,
    async close() {
      isClosed = true
      clearInterval(timer)
      await stepping
      await keepAll()
      await Promise.all([...followers.values()].map((follower) => follower.writePredictions()))
      for (const authority of followers.keys()) {
        await registry.releaseLease(leaseOf(authority), owner).catch(noteFailure('given back', authority))
      }
    },
  }

  function onChange(authority: string, listener: () => void): () => void {
    const ofAuthority = listeners.get(authority) ?? new Set()
    listeners.set(authority, ofAuthority)
    // Of its own each time, so that the same listener may be there twice.
    const call = () => listener()
    ofAuthority.add(call)
    return () => {
      ofAuthority.delete(call)
      if (ofAuthority.size === 0 && listeners.get(authority) === ofAuthority) listeners.delete(authority)
    }
  }

  /** One that is under way may have read before what the caller means: so another one follows it. */
  function step(): Promise<void> {
    const mine = (stepping ?? Promise.resolve()).then(stepAll).finally(() => {
      if (stepping === mine) stepping = undefined
    })
    stepping = mine
    return mine
  }

  async function stepAll(): Promise<void> {
    if (isClosed) return
    const now = performance.now()
    if (now - lookedTime >= LOOK_EVERY_MS) {
      await look().then(() => {
        lookedTime = now
      }, noteFailure('looked up'))
    }
    for (const [authority, follower] of followers) {
      try {
        const timetable = await timetables.find(authority)
        const isChanged = timetable !== undefined && (await follower.step(timetable))
        if (isChanged) for (const listener of listeners.get(authority) ?? []) callListener(listener)
      } catch (error) {
        noteFailure('followed', authority)(error)
      }
    }
    if (now - writtenTime >= WRITE_EVERY_MS) {
      writtenTime = now
      // Nobody waits for it: departures are told while the store is away.
      for (const follower of followers.values()) void follower.writePredictions()
    }
    if (now - keptTime < KEEP_EVERY_MS) return
    keptTime = now
    await keepAll()
  }

  async function look(): Promise<void> {
    await directory.refresh()
    const authorities = new Map<string, string>()
    let after: string | undefined
    do {
      const page = await registry.listAuthorities({ limit: AUTHORITIES_PER_READ, after })
      for (const { id, timeZone } of page.items) authorities.set(id, timeZone)
      after = page.next ?? undefined
    } while (after !== undefined)
    for (const authority of followers.keys()) {
      if (!authorities.has(authority) || !(await timetables.find(authority))) followers.delete(authority)
    }
    for (const authority of authorities.keys()) {
      if (!(await timetables.find(authority))) continue
      let follower = followers.get(authority)
      if (!follower) {
        const streetPaces = createStreetPaces({ authority, store, directory, trafficHistories, clock })
        follower = createTransitFollower({
          authority,
          registry,
          store,
          directory,
          streetPaces,
          clock,
          logger,
        })
        followers.set(authority, follower)
      }
      const until = clock.now() + LEASE_MS * clock.speed
      follower.isKeeper = await registry.renewLease(leaseOf(authority), owner, until)
    }
  }

  async function keepAll(): Promise<void> {
    for (const [authority, follower] of followers) {
      await follower.keep().catch(noteFailure('kept', authority))
    }
  }

  function callListener(listener: () => void): void {
    try {
      listener()
    } catch (error) {
      logger.error({ error: messageOf(error) }, 'a listener to what is known of trips has failed')
    }
  }

  function noteFailure(what: string, authority?: string): (error: unknown) => void {
    return (error) => {
      logger.warn({ authority, error: messageOf(error) }, `what is known of trips could not be ${what}`)
    }
  }
}

function leaseOf(authority: string): string {
  return `transit:${authority}`
}
