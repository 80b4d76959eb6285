import type { Clock } from '../../model/clock.ts'
import type { Kind } from '../../model/device.ts'
import type { Reading } from '../../model/reading.ts'
import type { ReadingStore } from '../../store/reading-store.ts'

/** What was measured longer ago is not news. */
const LOOK_BACK_MS = 2 * 3_600_000
/** Ingests that write at once may write what was received so much earlier later: it is asked for once more. */
const OVERLAP_MS = 3_000
const READINGS_PER_READ = 5_000

/** Reads an authority's readings of a kind as they are received, some of them twice. */
export interface ReceivedReader {
  read(take: (reading: Reading) => void): Promise<void>
}

export function createReceivedReader({
  authority,
  kind,
  store,
  clock,
}: {
  readonly authority: string
  readonly kind: Kind
  readonly store: Pick<ReadingStore, 'listReceived'>
  readonly clock: Clock
}): ReceivedReader {
  let receivedFrom = clock.now() - OVERLAP_MS * clock.speed
  return {
    async read(take) {
      for (;;) {
        const readings = await store.listReceived({
          authority,
          kind,
          from: clock.now() - LOOK_BACK_MS,
          receivedFrom,
          limit: READINGS_PER_READ,
        })
        for (const reading of readings) take(reading)
        const last = readings.at(-1)?.receivedTime
        if (last === undefined) return
        const isFull = readings.length === READINGS_PER_READ
        // A page that is of one moment alone is gone on behind: more of it would be read for ever.
        receivedFrom = isFull ? Math.max(last, receivedFrom + 1) : last - OVERLAP_MS * clock.speed
        if (!isFull) return
      }
    },
  }
}
