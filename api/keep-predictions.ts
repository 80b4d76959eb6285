import { KerbsideError, messageOf } from '../model/error.ts'
import type { JudgedPrediction } from '../model/judged-prediction.ts'
import type { Logger } from '../model/logger.ts'
import type { Registry } from '../registry/registry.ts'
import type { ReadingStore } from '../store/reading-store.ts'

/** Of an authority, some 0.3 kB each: an hour of 100 buses while the store is away. */
const WAITING_MAX = 50_000
const PREDICTIONS_PER_WRITE = 5_000

/** Hands what came of an authority's predictions to the store. */
export interface PredictionKeeper {
  /** Beyond the limit the ones that wait the longest go. */
  readonly add: (judged: JudgedPrediction) => void
  /** Writes those that wait; what cannot be written waits for the next time. Never rejects. */
  readonly write: () => Promise<void>
}

export function createPredictionKeeper({
  authority,
  registry,
  store,
  isKeeper,
  logger,
  waitingMax = WAITING_MAX,
}: {
  readonly authority: string
  readonly registry: Pick<Registry, 'getAuthority'>
  readonly store: Pick<ReadingStore, 'writePredictions'>
  /** Whether it is this process that writes them; another one judges the same. */
  readonly isKeeper: () => boolean
  readonly logger: Logger
  readonly waitingMax?: number
}): PredictionKeeper {
  /** In the order of their numbers, which say which of them are still there after a write. */
  let waiting: { readonly number: number; readonly judged: JudgedPrediction }[] = []
  let lastNumber = 0
  let dropped = 0
  let isFailing = false
  let writing: Promise<void> = Promise.resolve()
  let next: Promise<void> | undefined
  return {
    add(judged) {
      if (!isKeeper()) return
      lastNumber += 1
      waiting.push({ number: lastNumber, judged })
      if (waiting.length <= waitingMax) return
      // A tenth at once: taking the first from a long list moves all the others.
      dropped += waiting.splice(0, Math.ceil(waitingMax / 10)).length
    },
    write() {
      // One that is under way may have begun before the last was added; one that has not begun is for everybody who asks.
      next ??= writing.then(() => {
        next = undefined
        writing = writeAll()
        return writing
      })
      return next
    },
  }

  async function writeAll(): Promise<void> {
    if (!isKeeper()) waiting = []
    if (dropped > 0) {
      logger.warn({ authority, dropped }, 'what came of predictions was dropped: too many wait for the store')
      dropped = 0
    }
    try {
      while (waiting.length > 0) {
        // What is written after an authority was deleted would be nobody's.
        await registry.getAuthority(authority)
        const batch = waiting.slice(0, PREDICTIONS_PER_WRITE)
        const last = batch.at(-1)?.number ?? 0
        await store.writePredictions(
          authority,
          batch.map(({ judged }) => judged),
        )
        waiting = waiting.filter(({ number }) => number > last)
      }
      isFailing = false
    } catch (error) {
      if (error instanceof KerbsideError && error.code === 'NOT_FOUND') {
        waiting = []
        return
      }
      if (!isFailing)
        logger.warn({ authority, error: messageOf(error) }, 'what came of predictions waits for the store')
      isFailing = true
    }
  }
}
