import type { Authority } from '../model/authority.ts'
import type { Device } from '../model/device.ts'
import { messageOf } from '../model/error.ts'
import {
  type AlertFollower,
  createAlertFollower,
  type FollowerParts,
  type SilenceLimit,
} from './alerting/alert-follower.ts'
import { createHeldLease } from './hold-lease.ts'
import { createObservationWriter } from './observers/observation-writer.ts'

/**
 * Raises and clears the alerts of every authority. Of several processes on one registry one does, by a lease: the one that tells
 * displays what to show, since it knows what they answered.
 */
export interface AlertDesk {
  start(): void
  /** Judges everything now; resolves when it is recorded. Never rejects. */
  look(): Promise<void>
  /** By when a device counts as silent, by its own usual interval; undefined where this process does not know. */
  limitOf(authority: string, device: Device): SilenceLimit | undefined
  /** Keeps what was learnt. */
  close(): Promise<void>
}

/** By the machine's clock; a lease holds for longer. */
const STEP_MS = 3_000
/** By the clock of the installation; a faster clock does not make the machine faster. */
const LOOK_EVERY_MS = 30_000
const AUTHORITIES_EVERY_MS = 10_000
const KEEP_EVERY_MS = 1_800_000
const AUTHORITIES_PER_READ = 500

interface Followed {
  readonly follower: AlertFollower
  /** What it was begun with. */
  readonly authority: Authority
  hasFailed: boolean
}

export function createAlertDesk(parts: Omit<FollowerParts, 'writer'>): AlertDesk {
  const { registry, directory, desk, clock, logger } = parts
  const lease = createHeldLease('alerts', { registry, clock })
  const writer = createObservationWriter(parts)
  const followed = new Map<string, Followed>()
  let timer: NodeJS.Timeout | undefined
  let working: Promise<void> | undefined
  let lookedTime = Number.NEGATIVE_INFINITY
  let listedAt = Number.NEGATIVE_INFINITY
  let keptAt = performance.now()
  let isClosed = false
  let hasFailed = false
  const stopListening = directory.onRevocation(({ authority, keyHash }) => {
    // The next one of its id begins with nothing.
    if (keyHash === null) followed.delete(authority)
  })

  return {
    start() {
      timer = setInterval(() => {
        if (!working) void work(false)
      }, STEP_MS)
      timer.unref()
    },
    look: () => work(true),
    limitOf: (authority, device) => followed.get(authority)?.follower.limitOf(device),
    async close() {
      isClosed = true
      clearInterval(timer)
      stopListening()
      await working
      await keepAll()
      await writer.write()
      await lease.release()
    },
  }

  /** One that is under way may have read before what the caller means: so another one follows it. */
  function work(isWanted: boolean): Promise<void> {
    const mine = (working ?? Promise.resolve())
      .then(() => workOnce(isWanted))
      .then(
        () => {
          hasFailed = false
        },
        (error: unknown) => {
          // Said once an outage.
          if (!hasFailed) logger.warn({ error: messageOf(error) }, 'nothing can be judged for alerts')
          hasFailed = true
        },
      )
      .finally(() => {
        if (working === mine) working = undefined
      })
    working = mine
    return mine
  }

  async function workOnce(isWanted: boolean): Promise<void> {
    if (isClosed || !(await holdsLease())) return
    if (isWanted || performance.now() - listedAt >= AUTHORITIES_EVERY_MS) await listAuthorities()
    const now = clock.now()
    const isDue = isWanted || now - lookedTime >= LOOK_EVERY_MS || now < lookedTime
    if (isDue) lookedTime = now
    for (const [authority, one] of followed) {
      if (isClosed) return
      try {
        await (isDue ? one.follower.look() : one.follower.step())
        one.hasFailed = false
      } catch (error) {
        if (!one.hasFailed)
          logger.warn({ authority, error: messageOf(error) }, 'an authority cannot be judged for alerts')
        one.hasFailed = true
      }
    }
    // Nobody waits for it: alerts are raised while the store is away.
    void writer.write()
    if (performance.now() - keptAt < KEEP_EVERY_MS) return
    keptAt = performance.now()
    await keepAll()
  }

  async function holdsLease(): Promise<boolean> {
    const isHeld = desk && !desk.isTelling() ? false : await lease.hold()
    if (!isHeld && followed.size > 0) {
      // Whoever has it now knows what is open; what is kept here grows old.
      followed.clear()
      listedAt = Number.NEGATIVE_INFINITY
    }
    return isHeld
  }

  async function listAuthorities(): Promise<void> {
    await directory.refresh()
    const still = new Set<string>()
    let after: string | undefined
    do {
      const page = await registry.listAuthorities({ limit: AUTHORITIES_PER_READ, after })
      for (const authority of page.items) {
        still.add(authority.id)
        const known = followed.get(authority.id)
        if (known?.authority.timeZone === authority.timeZone) continue
        const follower = createAlertFollower(authority, { ...parts, writer })
        followed.set(authority.id, { follower, authority, hasFailed: false })
      }
      after = page.next ?? undefined
    } while (after !== undefined)
    for (const id of followed.keys()) if (!still.has(id)) followed.delete(id)
    listedAt = performance.now()
  }

  async function keepAll(): Promise<void> {
    for (const [authority, { follower }] of followed) {
      await follower.keep().catch((error: unknown) => {
        logger.warn({ authority, error: messageOf(error) }, 'what was learnt for alerts could not be kept')
      })
    }
  }
}
