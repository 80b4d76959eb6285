import type { Clock } from '../model/clock.ts'
import { messageOf } from '../model/error.ts'
import type { Logger } from '../model/logger.ts'
import type { ServiceAlert } from '../model/service-alert.ts'
import type { ServiceChange } from '../model/service-change.ts'
import type { ServiceNoticeKind, ServiceNoticeOf } from '../model/service-notice.ts'
import type { Registry } from '../registry/registry.ts'
import { makeTransitMoment, type TransitMoment } from '../transit/feed/transit-moment.ts'
import type { TimetableSource, TransitDesk } from './parts.ts'
import { takeTurn, takeTurns } from './take-turns.ts'

/** What is known of an authority's public transport now, made once for all who ask. */
export interface TransitView {
  /**
   * Undefined where an authority has no timetable. While the next one of a large town is being made, which takes some turns
   * of the event loop, it is the one before, where that is but seconds old.
   */
  findMoment(authority: string): Promise<TransitMoment | undefined>
  /** Whether a moment is what `findMoment` would find, as far as that is known without a look anywhere. */
  isCurrent(authority: string, moment: TransitMoment): boolean
  listAlerts(authority: string): Promise<readonly ServiceAlert[]>
  /** Calls the listener where something may be different; returns what ends that. */
  onChange(authority: string, listener: () => void): () => void
  /** What operators have entered is read again at once. */
  forgetNotices(authority: string): void
}

interface Notices {
  readonly version: string
  readonly changes: readonly ServiceChange[]
  readonly alerts: readonly ServiceAlert[]
}

interface Kept {
  moment: TransitMoment | undefined
  /** The next one, where it takes more than a turn, and what of the operators' it will show. */
  making: { readonly moment: Promise<TransitMoment>; readonly notices: Notices } | undefined
  /** What the moment was made of. */
  snapshot: unknown
  madeOf: Notices | undefined
  notices: Notices | undefined
  /** Clock.now */
  noticesTime: number
  reading: Promise<Notices> | undefined
  /** How often operators have entered something here: what was read before the last time is not taken. */
  entered: number
}

/** A moment is made anew this often though nothing has changed: departures leave, and ages grow. */
const MOMENT_MS = 5_000
/** While the next one is made the one before is served, unless it is older than this: who asks seldom waits instead. */
const SERVED_BEFORE_MS = 10_000
/** What operators enter through another process holds here so much later. */
const NOTICES_MS = 5_000
/** Authorities whose moments are kept; the least recently begun is let go. */
const KEPT_MAX = 1_000
const PAGE = 10_000

export function createTransitView({
  registry,
  timetables,
  transit,
  clock,
  logger,
}: {
  readonly registry: Registry
  readonly timetables?: TimetableSource | undefined
  readonly transit?: TransitDesk | undefined
  readonly clock: Clock
  readonly logger: Logger
}): TransitView {
  const authorities = new Map<string, Kept>()
  const listeners = new Map<string, Set<() => void>>()

  return { findMoment, isCurrent, listAlerts, onChange, forgetNotices }

  async function findMoment(authority: string): Promise<TransitMoment | undefined> {
    const timetable = await timetables?.find(authority)
    if (!timetable) return undefined
    const kept = keptOf(authority)
    const notices = isFresh(kept) ? kept.notices : await readNotices(authority, kept)
    const snapshot = transit?.snapshot(authority)
    const { moment, making } = kept
    const now = clock.now()
    if (moment?.timetable === timetable && holds(kept, moment, snapshot, now)) return moment
    // What operators have entered holds at once for whoever asks after it.
    const mayBeBefore = moment?.timetable === timetable && kept.madeOf === notices && isRecent(moment, now)
    if (making) {
      if (mayBeBefore) return moment
      const next = await making.moment
      // What was entered since is not in that one.
      return making.notices === notices && next.timetable === timetable ? next : findMoment(authority)
    }
    const { changes, alerts } = notices
    const steps = makeTransitMoment({ timetable, snapshot, changes, alerts, now })
    const made = takeTurn(steps)
    if (made) return keep(made[0])
    const later = takeTurns(steps).then(
      (next) => {
        kept.making = undefined
        keep(next)
        for (const listener of listeners.get(authority) ?? []) listener()
        return next
      },
      (error: unknown) => {
        kept.making = undefined
        throw error
      },
    )
    kept.making = { moment: later, notices }
    if (!mayBeBefore) return later
    later.catch((error: unknown) => {
      logger.error({ authority, error: messageOf(error) }, 'what is known of trips cannot be put together')
    })
    return moment

    function keep(next: TransitMoment): TransitMoment {
      kept.moment = next
      kept.snapshot = snapshot
      kept.madeOf = notices
      return next
    }
  }

  function isCurrent(authority: string, moment: TransitMoment): boolean {
    const kept = authorities.get(authority)
    if (kept?.moment !== moment || !isFresh(kept)) return false
    const now = clock.now()
    if (kept.making) return kept.madeOf === kept.notices && isRecent(moment, now)
    return holds(kept, moment, transit?.snapshot(authority), now)
  }

  function isRecent({ time }: TransitMoment, now: number): boolean {
    return now >= time && now - time < SERVED_BEFORE_MS * clock.speed
  }

  function holds(kept: Kept, moment: TransitMoment, snapshot: unknown, now: number): boolean {
    const isOfNow = now >= moment.time && now - moment.time < MOMENT_MS * clock.speed
    return isOfNow && kept.snapshot === snapshot && kept.madeOf === kept.notices
  }

  async function listAlerts(authority: string): Promise<readonly ServiceAlert[]> {
    const kept = keptOf(authority)
    return (isFresh(kept) ? kept.notices : await readNotices(authority, kept)).alerts
  }

  function isFresh(kept: Kept): kept is Kept & { notices: Notices } {
    const ageMs = clock.now() - kept.noticesTime
    return kept.notices !== undefined && ageMs >= 0 && ageMs < NOTICES_MS * clock.speed
  }

  /** Many who ask at once share one look; where the registry is away, what was known last holds on. */
  async function readNotices(authority: string, kept: Kept): Promise<Notices> {
    const { entered } = kept
    const reading = kept.reading ?? loadNotices(registry, authority, kept.notices)
    kept.reading = reading
    let read: Notices | undefined
    try {
      read = await reading
    } catch (error) {
      if (!kept.notices) throw error
      logger.warn({ authority, error: messageOf(error) }, 'service alerts and changes cannot be read anew')
    } finally {
      if (kept.reading === reading) kept.reading = undefined
    }
    // It may have begun before what was entered since, and end after what was read since.
    if (kept.entered !== entered)
      return kept.reading || !isFresh(kept) ? readNotices(authority, kept) : kept.notices
    kept.notices = read ?? kept.notices
    kept.noticesTime = clock.now()
    return kept.notices as Notices
  }

  function onChange(authority: string, listener: () => void): () => void {
    const own = listeners.get(authority) ?? new Set()
    listeners.set(authority, own)
    own.add(listener)
    const end = transit?.onChange(authority, listener)
    return () => {
      own.delete(listener)
      if (own.size === 0) listeners.delete(authority)
      end?.()
    }
  }

  function forgetNotices(authority: string): void {
    const kept = authorities.get(authority)
    if (kept) {
      kept.noticesTime = Number.NEGATIVE_INFINITY
      kept.entered += 1
      // One that is under way may have begun before the change.
      kept.reading = undefined
    }
    for (const listener of listeners.get(authority) ?? []) listener()
  }

  function keptOf(authority: string): Kept {
    let kept = authorities.get(authority)
    if (!kept) {
      kept = {
        moment: undefined,
        making: undefined,
        snapshot: undefined,
        madeOf: undefined,
        notices: undefined,
        noticesTime: Number.NEGATIVE_INFINITY,
        reading: undefined,
        entered: 0,
      }
      authorities.set(authority, kept)
      const [oldest] = authorities.keys()
      if (authorities.size > KEPT_MAX && oldest !== undefined) authorities.delete(oldest)
    }
    return kept
  }
}

async function loadNotices(
  registry: Registry,
  authority: string,
  before: Notices | undefined,
): Promise<Notices> {
  // Before the notices themselves: what changes in between is read again the next time.
  const version = await registry.getServiceNoticesVersion(authority)
  if (before?.version === version) return before
  const [changes, alerts] = await Promise.all([
    listAll(registry, authority, 'service-changes'),
    listAll(registry, authority, 'service-alerts'),
  ])
  return { version, changes, alerts }
}

async function listAll<K extends ServiceNoticeKind>(
  registry: Registry,
  authority: string,
  kind: K,
): Promise<readonly ServiceNoticeOf[K][]> {
  const { items } = await registry.listServiceNotices(authority, kind, { limit: PAGE })
  return items
}
