import { randomUUID } from 'node:crypto'
import { setImmediate as breathe } from 'node:timers/promises'
import type { Clock } from '../model/clock.ts'
import type { DeviceChannel } from '../model/device-channel.ts'
import { messageOf } from '../model/error.ts'
import type { Logger } from '../model/logger.ts'
import type { DeviceDirectory } from '../registry/device-directory.ts'
import type { Registry } from '../registry/registry.ts'
import { type AuthoritySigns, createAuthoritySigns } from '../signs/authority-signs.ts'
import type { SignMessage } from '../signs/sign-message.ts'
import type { SignState } from '../signs/sign-state.ts'
import { createHeldLease } from './hold-lease.ts'
import { createLocalClock } from './local-clock.ts'
import type { StopBoardSource, StopBoards } from './stop-boards.ts'

/**
 * Tells displays what to show and hears what they say, for all authorities. Of several processes on one registry one does it,
 * by a lease.
 */
export interface SignDesk {
  start(): void
  /** Brings every display up to date; resolves when all has been sent. Never rejects. */
  look(): Promise<void>
  /** What this process knows of a T047 display; undefined where another one tells displays. */
  find(authority: string, device: string): SignState | undefined
  /** Whether it is this process that tells displays. */
  isTelling(): boolean
  close(): Promise<void>
}

interface Known {
  readonly signs: AuthoritySigns
  /** What its displays were told last. */
  told: unknown
  hasNewDisplays: boolean
  /** On the machine's monotonic clock, in ms: no sooner are all stops looked at again. */
  restUntil: number
  hasFailed: boolean
  stopListening(): void
}

const FAILURE = 'displays cannot be told what to show'
const LOOK_EVERY_MS = 1_000
const AUTHORITIES_EVERY_MS = 5_000
const PAGE = 100
/** Others get their turn after so many. */
const TURN_MS = 4
/**
 * So many times as long as all stops of an authority took, they rest: a large town takes a fifth of a core. Counted in the
 * thread's CPU time, since on a busy machine the clock counts what others took, and departed buses stay on displays for it.
 */
const REST_FACTOR = 4

export function createSignDesk({
  registry,
  directory,
  clock,
  logger,
  channel,
  boards,
  newId = randomUUID,
}: {
  readonly registry: Registry
  readonly directory: DeviceDirectory
  readonly clock: Clock
  readonly logger: Logger
  readonly channel: DeviceChannel
  readonly boards: StopBoardSource
  readonly newId?: () => string
}): SignDesk {
  const lease = createHeldLease('signs', { registry, clock })
  const authorities = new Map<string, Known>()
  let timer: NodeJS.Timeout | undefined
  let looking: Promise<void> | undefined
  let isWanted = false
  let isTelling = false
  let isClosed = false
  let listedAt = Number.NEGATIVE_INFINITY
  let hasFailed = false

  const endings = [
    channel.onSaying((saying) => {
      const known = authorities.get(saying.authority)
      if (known) send(saying.authority, known.signs.hear(saying, clock.now()))
    }),
    channel.onReset((authority) => {
      for (const [id, known] of authorities) {
        if (authority !== undefined && authority !== id) continue
        known.signs.forget()
        known.told = undefined
      }
      void look()
    }),
    directory.onChange(({ authority }) => {
      const known = authorities.get(authority)
      if (known) known.hasNewDisplays = true
      // One that has had no display until now.
      else listedAt = Number.NEGATIVE_INFINITY
    }),
  ]

  return {
    start() {
      timer = setInterval(look, LOOK_EVERY_MS)
      timer.unref()
      void look()
    },
    look,
    find: (authority, device) => authorities.get(authority)?.signs.find(device),
    isTelling: () => isTelling,
    async close() {
      isClosed = true
      clearInterval(timer)
      for (const end of endings) end()
      await looking
      letGo()
      await lease.release()
    },
  }

  /** One look at a time; one that is wanted meanwhile follows. */
  function look(): Promise<void> {
    isWanted = true
    looking ??= lookOn().finally(() => {
      looking = undefined
    })
    return looking
  }

  async function lookOn(): Promise<void> {
    while (isWanted && !isClosed) {
      isWanted = false
      try {
        if (await holdsLease()) await lookOnce()
        hasFailed = false
      } catch (error) {
        // Said once an outage.
        if (!hasFailed) logger.warn({ error: messageOf(error) }, FAILURE)
        hasFailed = true
      }
    }
  }

  async function holdsLease(): Promise<boolean> {
    isTelling = await lease.hold()
    if (!isTelling) letGo()
    return isTelling
  }

  function letGo(): void {
    for (const { stopListening } of authorities.values()) stopListening()
    authorities.clear()
    listedAt = Number.NEGATIVE_INFINITY
  }

  async function lookOnce(): Promise<void> {
    if (performance.now() - listedAt >= AUTHORITIES_EVERY_MS) {
      await listAuthorities().catch((error: unknown) => {
        // Those that are known are told all the same.
        if (authorities.size === 0) throw error
      })
    }
    for (const [authority, known] of authorities) {
      try {
        await lookAfter(authority, known)
        known.hasFailed = false
      } catch (error) {
        known.told = undefined
        if (!known.hasFailed) logger.warn({ authority, error: messageOf(error) }, FAILURE)
        known.hasFailed = true
      }
    }
  }

  async function listAuthorities(): Promise<void> {
    listedAt = performance.now()
    await directory.refresh()
    const still = new Set<string>()
    let after: string | undefined
    do {
      const page = await registry.listAuthorities({ limit: PAGE, after })
      for (const { id, timeZone } of page.items) {
        if (!hasDisplays(id)) continue
        still.add(id)
        if (!authorities.has(id)) authorities.set(id, begin(id, timeZone))
      }
      after = page.next ?? undefined
    } while (after !== undefined)
    for (const [id, { stopListening, signs }] of authorities) {
      if (still.has(id)) continue
      send(id, signs.setDisplays([]))
      stopListening()
      authorities.delete(id)
    }
  }

  function begin(authority: string, timeZone: string): Known {
    return {
      signs: createAuthoritySigns({ authority, newId, formatLocal: createLocalClock(timeZone) }),
      told: undefined,
      hasNewDisplays: true,
      restUntil: 0,
      hasFailed: false,
      stopListening: boards.onChange(authority, () => void look()),
    }
  }

  async function lookAfter(authority: string, known: Known): Promise<void> {
    const { signs } = known
    if (known.hasNewDisplays) {
      known.hasNewDisplays = false
      known.told = undefined
      send(authority, signs.setDisplays(listDisplays(authority)))
    }
    const found = await boards.find(authority)
    // Without a timetable there is nothing to show, which is told, too.
    const told = found ?? NOTHING
    const isRested = known.told === undefined || performance.now() >= known.restUntil
    if (known.told !== told && isRested && !(await tellAll(authority, known, told))) return
    send(authority, signs.ask(clock.now()))
  }

  /** False where it was broken off, as it has to begin anew. */
  async function tellAll(authority: string, known: Known, told: Pick<StopBoards, 'get'>): Promise<boolean> {
    known.told = told
    let busyMs = 0
    let turnBegan = performance.now()
    let turnCpu = process.threadCpuUsage()
    const addTurn = (): void => {
      const { user, system } = process.threadCpuUsage(turnCpu)
      busyMs += (user + system) / 1_000
    }
    for (const stopId of known.signs.stopIds) {
      if (isClosed || known.told !== told) return false
      send(authority, known.signs.updateStop(stopId, told.get(stopId), clock.now()))
      if (performance.now() - turnBegan < TURN_MS) continue
      addTurn()
      await breathe()
      turnBegan = performance.now()
      turnCpu = process.threadCpuUsage()
    }
    addTurn()
    known.restUntil = performance.now() + REST_FACTOR * busyMs
    return true
  }

  function send(authority: string, messages: readonly SignMessage[]): void {
    for (const message of messages) channel.publish({ authority, ...message })
  }

  function hasDisplays(authority: string): boolean {
    for (const { device } of directory.list(authority)) if (device.kind === 'display') return true
    return false
  }

  function* listDisplays(authority: string) {
    for (const { device } of directory.list(authority)) if (device.kind === 'display') yield device
  }
}

const NOTHING = { get: () => ({ departures: [], notices: [] }) }
