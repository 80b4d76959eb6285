import { setTimeout as sleep } from 'node:timers/promises'
import { KerbsideError, messageOf } from '../model/error.ts'
import type { Logger } from '../model/logger.ts'
import type { Random } from '../model/random.ts'

/** A retry was given up because the ingest is closing. */
export class AbortedError extends Error {
  constructor() {
    super('closing')
    this.name = 'AbortedError'
  }
}

export interface Retry {
  /**
   * Resolves with what `operation` does once it succeeds, however long that takes. Where `isWorthRetrying` says no, the
   * error is passed on.
   */
  <T>(part: string, operation: () => Promise<T>, isWorthRetrying?: (error: unknown) => boolean): Promise<T>
  /** The parts that fail just now. */
  listAway(): readonly string[]
}

const FIRST_DELAY_MS = 50
const LONGEST_DELAY_MS = 5_000

/**
 * Tries again for ever, each time after twice as long, to at most 5 s, and with jitter, so that several processes do not
 * come back all at once. After `signal` what fails is given up, while what is under way may still go well. Logs when a part goes away and when it is back, not each time.
 */
export function createRetry({
  logger,
  random,
  signal,
}: {
  logger: Logger
  random: Random
  signal: AbortSignal
}): Retry {
  const away = new Map<string, number>()
  return Object.assign(retry, { listAway: () => [...away.keys()] })

  async function retry<T>(
    part: string,
    operation: () => Promise<T>,
    isWorthRetrying: (error: unknown) => boolean = () => true,
  ): Promise<T> {
    for (let delay = FIRST_DELAY_MS; ; delay = Math.min(delay * 2, LONGEST_DELAY_MS)) {
      try {
        const result = await operation()
        noteBack(part)
        return result
      } catch (error) {
        if (error instanceof AbortedError || !isWorthRetrying(error)) throw error
        noteAway(part, error)
        if (signal.aborted) throw new AbortedError()
      }
      await sleep(delay * (0.5 + random()), undefined, { signal }).catch(() => undefined)
    }
  }

  function noteAway(part: string, error: unknown): void {
    if (away.has(part)) return
    away.set(part, performance.now())
    const isExpected = error instanceof KerbsideError && error.canRetry
    const fields = { part, error: isExpected ? messageOf(error) : error }
    if (isExpected) logger.warn(fields, `the ingest waits for the ${part}: what comes stays at its source`)
    else
      logger.error(fields, `the ingest fails at the ${part} and tries again: what comes stays at its source`)
  }

  function noteBack(part: string): void {
    const since = away.get(part)
    if (since === undefined) return
    away.delete(part)
    logger.info({ part, awaySeconds: (performance.now() - since) / 1_000 }, `the ${part} is back`)
  }
}
