import type { Clock } from '../model/clock.ts'
import { messageOf } from '../model/error.ts'
import type { Logger } from '../model/logger.ts'
import type { Random } from '../model/random.ts'
import type { HookRecord, Registry } from '../registry/registry.ts'
import { createHeldLease } from './hold-lease.ts'
import type { HookSender } from './hook-sender.ts'
import { serveHook } from './serve-hook.ts'

/**
 * Tells hooks of alerts, for all authorities, each hook by itself. Of several processes on one registry one does it, by a lease;
 * what was delivered is in the registry, so that another goes on where one has ended.
 */
export interface HookDesk {
  start(): void
  /** Begins with what is due; resolves when that is done. Never rejects. */
  look(): Promise<void>
  close(): Promise<void>
}

const LOOK_EVERY_MS = 1_000
/** Hooks that are served at a time: all that 20 authorities may have, should every receiver be slow. */
const SERVED_MAX = 400
/** After so long another one gets its turn. */
const TURN_MS = 20_000
/** How long a receiver that is just being told may take when the process is told to end. */
const PATIENCE_MS = 2_000

export function createHookDesk({
  registry,
  clock,
  logger,
  sender,
  random = Math.random,
}: {
  readonly registry: Registry
  readonly clock: Clock
  readonly logger: Logger
  readonly sender: HookSender
  readonly random?: Random
}): HookDesk {
  const lease = createHeldLease('hooks', { registry, clock })
  const served = new Map<string, Promise<void>>()
  const ending = new AbortController()
  let finding: Promise<void> | undefined
  let timer: NodeJS.Timeout | undefined
  let isClosed = false
  let hasFailed = false

  return {
    start() {
      timer = setInterval(look, LOOK_EVERY_MS)
      timer.unref()
      void look()
    },
    look,
    async close() {
      isClosed = true
      clearInterval(timer)
      await finding
      const patience = setTimeout(() => ending.abort(), PATIENCE_MS)
      await allServed()
      clearTimeout(patience)
      await lease.release()
    },
  }

  async function look(): Promise<void> {
    finding ??= beginDue().finally(() => {
      finding = undefined
    })
    await finding
    await allServed()
  }

  async function allServed(): Promise<void> {
    await Promise.all(served.values())
  }

  async function beginDue(): Promise<void> {
    try {
      if (isClosed || !(await lease.hold())) return
      for (const record of await registry.listDueHooks(clock.now())) {
        if (served.size >= SERVED_MAX || isClosed) break
        if (!served.has(keyOf(record))) begin(record)
      }
      hasFailed = false
    } catch (error) {
      // Said once an outage.
      if (!hasFailed)
        logger.warn({ error: messageOf(error) }, 'it cannot be looked up which hooks are to be told')
      hasFailed = true
    }
  }

  function begin(record: HookRecord): void {
    const key = keyOf(record)
    const endsAt = performance.now() + TURN_MS
    const turn = {
      registry,
      sender,
      clock,
      random,
      signal: ending.signal,
      mayGoOn: async () => !isClosed && performance.now() < endsAt && (await lease.hold()),
    }
    const done = serveHook(record, turn)
      .catch((error: unknown) => {
        logger.warn({ hook: key, error: messageOf(error) }, 'a hook could not be served')
      })
      .finally(() => served.delete(key))
    served.set(key, done)
  }
}

function keyOf({ authority, hook }: HookRecord): string {
  return `${authority}/${hook.id}`
}
