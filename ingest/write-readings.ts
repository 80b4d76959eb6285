import { KerbsideError, messageOf } from '../model/error.ts'
import type { Logger } from '../model/logger.ts'
import type { Reading } from '../model/reading.ts'
import type { ReadingStore, RefusedReading } from '../store/reading-store.ts'
import { AbortedError, type Retry } from './create-retry.ts'

/**
 * Writes readings until the store has them, however long it is away, and resolves with those that it refuses, by their
 * index. Where the store fails at a batch in a way that trying again will not mend, the reading at fault is found by
 * halving, so that it alone is left out.
 */
export async function writeReadings(
  readings: readonly Reading[],
  { store, retry, logger }: { store: ReadingStore; retry: Retry; logger: Logger },
): Promise<readonly RefusedReading[]> {
  if (readings.length === 0) return []
  try {
    return await retry('store', () => store.write(readings), canRetry)
  } catch (error) {
    if (!isStoreFault(error)) throw error
    logger.error(
      { error, readings: readings.length },
      'the store fails at a batch: looking for the reading at fault',
    )
    return halve(readings, 0, error)
  }

  async function write(part: readonly Reading[], offset: number): Promise<readonly RefusedReading[]> {
    try {
      const refused = await retry('store', () => store.write(part), canRetry)
      return refused.map(({ index, detail }) => ({ index: index + offset, detail }))
    } catch (error) {
      if (!isStoreFault(error)) throw error
      return halve(part, offset, error)
    }
  }

  async function halve(
    part: readonly Reading[],
    offset: number,
    error: unknown,
  ): Promise<readonly RefusedReading[]> {
    if (part.length === 1)
      return [{ index: offset, detail: `reading: the store failed at it (${messageOf(error)})` }]
    const middle = part.length >> 1
    return [
      ...(await write(part.slice(0, middle), offset)),
      ...(await write(part.slice(middle), offset + middle)),
    ]
  }
}

function canRetry(error: unknown): boolean {
  return error instanceof KerbsideError && error.canRetry
}

function isStoreFault(error: unknown): boolean {
  return !(error instanceof AbortedError)
}
