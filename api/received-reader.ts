import type { Clock } from '../model/clock.ts'
import type { Kind } from '../model/device.ts'
import type { Reading } from '../model/reading.ts'
import type { ReadingStore } from '../store/reading-store.ts'

/** Ingests that write at once may write what was received so much earlier later: it is asked for once more. */
const OVERLAP_MS = 3_000
const READINGS_PER_READ = 5_000

/** Reads an authority's readings of a kind as they are received, some of them twice. */
export interface ReceivedReader {
  /** Resolves with whether any was received later than all before. */
  read(take: (reading: Reading) => void): Promise<boolean>
}

/** From what was received in the last `sinceMs`, without what was measured more than `lookBackMs` ago. */
export function createReceivedReader({
  authority,
  kind,
  store,
  clock,
  sinceMs = 0,
  lookBackMs,
}: {
  readonly authority: string
  readonly kind: Kind
  readonly store: Pick<ReadingStore, 'listReceived'>
  readonly clock: Clock
  readonly sinceMs?: number
  readonly lookBackMs: number
}): ReceivedReader {
  const overlapMs = OVERLAP_MS * clock.speed
  let receivedFrom = clock.now() - Math.max(sinceMs, overlapMs)
  let newest = Number.NEGATIVE_INFINITY
  return {
    async read(take) {
      const newestBefore = newest
      for (;;) {
        const readings = await store.listReceived({
          authority,
          kind,
          from: clock.now() - lookBackMs,
          receivedFrom,
          limit: READINGS_PER_READ,
        })
        for (const reading of readings) take(reading)
        const last = readings.at(-1)?.receivedTime
        if (last === undefined) break
        newest = Math.max(newest, last)
        const isFull = readings.length === READINGS_PER_READ
        // A page that is of one moment alone is gone on behind: more of it would be read for ever.
        receivedFrom = isFull ? Math.max(last, receivedFrom + 1) : last - overlapMs
        if (!isFull) break
      }
      return newest > newestBefore
    },
  }
}
