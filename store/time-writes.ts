import type { ReadingStore } from './reading-store.ts'

/** A store that knows how long writing readings takes. */
export interface TimedReadingStore extends ReadingStore {
  /** The mean of the writes that ended since this was last asked, in seconds; undefined where there were none. */
  takeWriteSeconds(): number | undefined
}

export function timeWrites(store: ReadingStore): TimedReadingStore {
  let seconds = 0
  let count = 0
  return {
    ...store,
    async write(readings) {
      const began = performance.now()
      const refused = await store.write(readings)
      seconds += (performance.now() - began) / 1000
      count += 1
      return refused
    },
    takeWriteSeconds() {
      const mean = count === 0 ? undefined : seconds / count
      seconds = 0
      count = 0
      return mean
    },
  }
}
