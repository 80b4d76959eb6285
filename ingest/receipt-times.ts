import type { Clock } from '../model/clock.ts'

/** Topics remembered at most; those that are due again are let go of first, and these are nearly all. */
const TOPICS_MAX = 100_000

/**
 * Gives each message a time of receipt that no other one of its topic has: the next free millisecond, with one for each
 * of its readings, where the broker gives it none.
 */
export function createReceiptTimes(clock: Clock): (topicName: string, readings: number) => number {
  const nextFree = new Map<string, number>()
  return (topicName, readings) => {
    const now = clock.now()
    const time = Math.max(now, nextFree.get(topicName) ?? 0)
    nextFree.set(topicName, time + readings)
    if (nextFree.size > TOPICS_MAX) {
      for (const [topic, free] of nextFree) if (free <= now) nextFree.delete(topic)
      if (nextFree.size > TOPICS_MAX) nextFree.clear()
    }
    return time
  }
}
