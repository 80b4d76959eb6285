import type { Clock } from '../model/clock.ts'
import { countTimeSlots } from '../model/message.ts'

/** Topics remembered at most; those that are due again are let go of first, and these are nearly all. */
const TOPICS_MAX = 100_000

/**
 * Gives each message its time of receipt, where the broker gives it none: the clock's, or, for readings that tell no time
 * of their own, the next millisecond that no other one of the topic has.
 */
export function createReceiptTimes(
  clock: Clock,
): (topicName: string, readings: number, payload: Uint8Array) => number {
  const nextFree = new Map<string, number>()
  return (topicName, readings, payload) => {
    const now = clock.now()
    const slots = countTimeSlots(payload, readings)
    if (slots === 0) return now
    const time = Math.max(now, nextFree.get(topicName) ?? 0)
    nextFree.set(topicName, time + slots)
    if (nextFree.size > TOPICS_MAX) {
      for (const [topic, free] of nextFree) if (free <= now) nextFree.delete(topic)
      if (nextFree.size > TOPICS_MAX) nextFree.clear()
    }
    return time
  }
}
