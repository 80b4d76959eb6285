import { KerbsideError, messageOf } from '../../model/error.ts'
import type { Logger } from '../../model/logger.ts'
import type { Observation } from '../../model/observation.ts'
import type { Registry } from '../../registry/registry.ts'
import type { ReadingStore } from '../../store/reading-store.ts'

/** Some 0.5 kB each: of a town of 5,000 devices, what is observed in an hour. */
const WAITING_MAX = 100_000
const OBSERVATIONS_PER_WRITE = 10_000

/** Hands observations to the store, which may be away for a while. */
export interface ObservationWriter {
  /** Beyond the limit those that wait the longest go. */
  add(authority: string, observations: readonly Observation[]): void
  /** Writes those that wait; what cannot be written waits for the next time. Never rejects. */
  write(): Promise<void>
}

interface Waiting {
  readonly authority: string
  readonly observations: readonly Observation[]
}

export function createObservationWriter({
  registry,
  store,
  logger,
  waitingMax = WAITING_MAX,
}: {
  readonly registry: Pick<Registry, 'getAuthority'>
  readonly store: Pick<ReadingStore, 'writeObservations'>
  readonly logger: Logger
  readonly waitingMax?: number
}): ObservationWriter {
  let waiting: Waiting[] = []
  let count = 0
  let dropped = 0
  let isFailing = false
  let writing: Promise<void> | undefined
  return {
    add(authority, observations) {
      if (observations.length === 0) return
      waiting.push({ authority, observations })
      count += observations.length
      while (count > waitingMax) {
        const length = waiting.shift()?.observations.length ?? 0
        count -= length
        dropped += length
      }
    },
    async write() {
      // What was added since the one that is under way began is in the next.
      await writing
      writing ??= writeAll().finally(() => {
        writing = undefined
      })
      await writing
    },
  }

  async function writeAll(): Promise<void> {
    if (dropped > 0) {
      logger.warn({ dropped }, 'what was observed was dropped: too much waits for the store')
      dropped = 0
    }
    try {
      while (waiting.length > 0) {
        const group = takeFirst()
        await writeGroup(group)
        const written = new Set(group)
        waiting = waiting.filter((one) => !written.has(one))
        count = waiting.reduce((sum, { observations }) => sum + observations.length, 0)
      }
      isFailing = false
    } catch (error) {
      if (!isFailing) logger.warn({ error: messageOf(error) }, 'what was observed waits for the store')
      isFailing = true
    }
  }

  /** Those of the authority that has waited the longest, as far as they go into one write. */
  function takeFirst(): Waiting[] {
    const authority = waiting[0]?.authority
    const group: Waiting[] = []
    let length = 0
    for (const one of waiting) {
      if (one.authority !== authority) continue
      length += one.observations.length
      if (group.length > 0 && length > OBSERVATIONS_PER_WRITE) break
      group.push(one)
    }
    return group
  }

  async function writeGroup(group: readonly Waiting[]): Promise<void> {
    const authority = group[0]?.authority ?? ''
    try {
      // What is written after an authority was deleted would be nobody's.
      await registry.getAuthority(authority)
    } catch (error) {
      if (error instanceof KerbsideError && error.code === 'NOT_FOUND') return
      throw error
    }
    await store.writeObservations(
      authority,
      group.flatMap(({ observations }) => observations),
    )
  }
}
