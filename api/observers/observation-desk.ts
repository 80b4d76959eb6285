import type { Authority } from '../../model/authority.ts'
import type { Clock } from '../../model/clock.ts'
import { messageOf } from '../../model/error.ts'
import type { Logger } from '../../model/logger.ts'
import type { Registry } from '../../registry/registry.ts'
import type { ReadingStore } from '../../store/reading-store.ts'
import type { HeldLease } from '../hold-lease.ts'
import { createObservationWriter } from './observation-writer.ts'
import { MINUTE_MS, type Observer } from './observer.ts'

/** Has every authority looked at by every observer in its interval, as long as this process holds the lease. */
export interface ObservationDesk {
  start(): void
  /** Looks at what is due; resolves when it is written, or waits for the store. Never rejects. */
  look(): Promise<void>
  /** Lets what is under way end. */
  close(): Promise<void>
}

/** By the machine's clock; a lease holds for longer. */
const TICK_MS = 3_000
/** A faster clock does not make the machine faster. */
const FAST_TICK_MS = 1_000
/** What is looked at only every hour takes its time, which a process that has just begun has other uses for. */
const RARE_MS = 3_600_000
const RARE_START_MS = 60_000
const AUTHORITIES_PER_READ = 500

interface Watch {
  readonly observer: Observer
  /** By authority, the interval that it was last looked at in. */
  readonly seen: Map<string, number>
  /** The minute in which it last looked at all. */
  minute: number
  running: Promise<void> | undefined
  hasFailed: boolean
}

export function createObservationDesk({
  lease,
  observers,
  registry,
  store,
  clock,
  logger,
}: {
  readonly lease: HeldLease
  readonly observers: readonly Observer[]
  readonly registry: Registry
  readonly store: Pick<ReadingStore, 'writeObservations'>
  readonly clock: Clock
  readonly logger: Logger
}): ObservationDesk {
  const writer = createObservationWriter({ registry, store, logger })
  const watches = observers.map((observer): Watch => {
    return { observer, seen: new Map(), minute: Number.NaN, running: undefined, hasFailed: false }
  })
  let timer: NodeJS.Timeout | undefined
  let ticking: Promise<void> | undefined
  let restUntil = Number.NEGATIVE_INFINITY
  let isClosed = false
  let hasFailed = false

  return {
    start() {
      restUntil = clock.now() + RARE_START_MS
      timer = setInterval(() => void tick(), clock.speed === 1 ? TICK_MS : FAST_TICK_MS)
      timer.unref()
    },
    async look() {
      await tick()
      await Promise.all(watches.map(({ running }) => running))
      await writer.write()
    },
    async close() {
      isClosed = true
      clearInterval(timer)
      await ticking
      await Promise.all(watches.map(({ running }) => running))
      await writer.write()
      await lease.release()
    },
  }

  function tick(): Promise<void> {
    ticking ??= tickOnce()
      .then(
        () => {
          hasFailed = false
        },
        (error: unknown) => {
          // Said once an outage.
          if (!hasFailed) logger.warn({ error: messageOf(error) }, 'nothing can be observed')
          hasFailed = true
        },
      )
      .finally(() => {
        ticking = undefined
      })
    return ticking
  }

  async function tickOnce(): Promise<void> {
    if (isClosed) return
    const isKeeper = await lease.hold()
    const now = clock.now()
    const minute = Math.floor(now / MINUTE_MS)
    const due = watches.filter(
      (watch) =>
        !watch.running &&
        watch.minute !== minute &&
        (watch.observer.isMine?.() ?? isKeeper) &&
        (watch.observer.everyMs < RARE_MS || now >= restUntil),
    )
    if (due.length === 0) return
    const authorities = await listAuthorities()
    for (const watch of due) {
      watch.minute = minute
      watch.running = observeAll(watch, authorities).finally(() => {
        watch.running = undefined
        // Nobody waits for it: what is due is looked at while the store is away.
        void writer.write()
      })
    }
  }

  async function observeAll(watch: Watch, authorities: readonly Authority[]): Promise<void> {
    const { observer, seen } = watch
    const ids = new Set(authorities.map(({ id }) => id))
    for (const id of seen.keys()) if (!ids.has(id)) seen.delete(id)
    let isFailing = false
    for (const authority of authorities) {
      const time = Math.floor(clock.now() / observer.everyMs) * observer.everyMs
      if (isClosed) return
      if (seen.get(authority.id) === time) continue
      try {
        const observations = await observer.observe(authority, time)
        writer.add(authority.id, observations)
        const isDone = observer.isComplete ? observer.isComplete(authority.id) : observations.length > 0
        if (isDone) seen.set(authority.id, time)
      } catch (error) {
        isFailing = true
        if (watch.hasFailed) continue
        watch.hasFailed = true
        const { subject } = observer
        logger.warn({ subject, authority: authority.id, error: messageOf(error) }, 'this cannot be observed')
      }
    }
    watch.hasFailed = isFailing
  }

  async function listAuthorities(): Promise<Authority[]> {
    const authorities: Authority[] = []
    let after: string | undefined
    do {
      const page = await registry.listAuthorities({ limit: AUTHORITIES_PER_READ, after })
      authorities.push(...page.items)
      after = page.next ?? undefined
    } while (after !== undefined)
    return authorities
  }
}
