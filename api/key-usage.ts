import type { Clock } from '../model/clock.ts'
import { messageOf } from '../model/error.ts'
import type { Logger } from '../model/logger.ts'
import type { KeyUsageCount, Registry } from '../registry/registry.ts'
import type { Api } from './parts.ts'

/** How much is asked with each authority's keys. */
export interface KeyUsage {
  /** One of the key's requests is beyond its limit; that it was asked is counted by itself. */
  refuse(keyId: string): void
  /** Writes to the registry what was counted since. What cannot be written is counted still, and written the next time. */
  keep(): Promise<void>
}

const KEEP_EVERY_MS = 60_000
/** Keys and days that are counted between two writings, some 100 bytes each; requests of further ones are not. */
const COUNTED_MAX = 10_000
/** More than that in one transaction would keep others waiting. */
const WRITTEN_AT_ONCE = 500

interface Count {
  readonly keyId: string
  readonly date: string
  requests: number
  refused: number
}

/** To be called after the hook that finds out who asks. */
export function countKeyUsage(
  app: Api,
  {
    registry,
    clock,
    logger,
  }: { readonly registry: Registry; readonly clock: Clock; readonly logger: Logger },
): KeyUsage {
  let counts = new Map<string, Count>()
  let keeping: Promise<void> = Promise.resolve()
  const timer = setInterval(keepOrSay, KEEP_EVERY_MS).unref()

  app.addHook('onRequest', (request, _reply, done) => {
    const { caller } = request
    if (caller?.authority) add(caller.key.id, { requests: 1, refused: 0 })
    done()
  })
  app.addHook('onClose', async () => {
    clearInterval(timer)
    await keepOrSay()
  })
  return { refuse: (keyId) => add(keyId, { requests: 0, refused: 1 }), keep }

  function add(keyId: string, more: { requests: number; refused: number }, date = today()): void {
    const name = `${keyId} ${date}`
    let count = counts.get(name)
    if (!count) {
      if (counts.size >= COUNTED_MAX) return
      count = { keyId, date, requests: 0, refused: 0 }
      counts.set(name, count)
    }
    count.requests += more.requests
    count.refused += more.refused
  }

  function today(): string {
    return new Date(clock.now()).toISOString().slice(0, 10)
  }

  /** One at a time: who asks what was counted finds all that came before. */
  function keep(): Promise<void> {
    const mine = keeping.then(keepNow)
    keeping = mine.catch(() => undefined)
    return mine
  }

  async function keepNow(): Promise<void> {
    const taken: KeyUsageCount[] = [...counts.values()]
    counts = new Map()
    for (let from = 0; from < taken.length; from += WRITTEN_AT_ONCE) {
      try {
        await registry.addKeyUsage(taken.slice(from, from + WRITTEN_AT_ONCE))
      } catch (error) {
        for (const { keyId, date, ...more } of taken.slice(from)) add(keyId, more, date)
        throw error
      }
    }
  }

  async function keepOrSay(): Promise<void> {
    await keep().catch((error: unknown) => {
      logger.warn({ error: messageOf(error) }, 'what keys have asked cannot be kept now; it is tried again')
    })
  }
}
