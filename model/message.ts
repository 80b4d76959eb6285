import { isUtf8 } from 'node:buffer'
import { isNestedTooDeep } from './json-nesting.ts'
import { PAYLOAD_BYTES_MAX, READINGS_PER_PAYLOAD_MAX } from './reading.ts'

/** What a device published, as it goes from a source to the ingest. */
export interface Message {
  /**
   * Its place in its journal, growing by one or more; undefined where a foreign broker keeps none. Together with the
   * journal's id it tells a message that comes a second time from one that is new.
   */
  readonly position: number | undefined
  readonly authority: string
  readonly topic: string
  readonly payload: Uint8Array
  /**
   * ms since 1970. Reading i, where it has no time of its own, is of `receivedTime + i`: no other one of the device's is
   * given that time.
   */
  readonly receivedTime: number
}

/**
 * How many readings a payload is: an array's elements where it is an array of 1 to 1,000, otherwise one; and one where
 * it is too large to be looked into, nested too deep, or no UTF-8. The ingest stores or quarantines exactly as many.
 */
export function countReadings(payload: Uint8Array): number {
  if (payload.byteLength > PAYLOAD_BYTES_MAX || !beginsWithBracket(payload)) return 1
  if (isNestedTooDeep(payload) || !isUtf8(payload)) return 1
  try {
    const value = parse(payload)
    if (!Array.isArray(value) || value.length > READINGS_PER_PAYLOAD_MAX) return 1
    return Math.max(1, value.length)
  } catch {
    return 1
  }
}

/**
 * How many ms from its `receivedTime` on a payload's readings take: up to the last one without a time of its own, so
 * that an hour's late readings, which have theirs, do not push the device's receipt into the future.
 */
export function countTimeSlots(payload: Uint8Array, readingCount: number): number {
  // Too large to be looked into.
  if (readingCount === 0 || payload.byteLength > PAYLOAD_BYTES_MAX) return readingCount
  try {
    const value = parse(payload)
    const elements: readonly unknown[] = Array.isArray(value) ? value : [value]
    return Math.min(readingCount, elements.findLastIndex((element) => !hasTime(element)) + 1)
  } catch {
    return readingCount
  }
}

/** Whether an element of a payload tells its time itself. */
export function hasTime(element: unknown): boolean {
  return typeof element === 'object' && element !== null && Reflect.get(element, 'time') !== undefined
}

function parse(payload: Uint8Array): unknown {
  return JSON.parse(Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString())
}

function beginsWithBracket(payload: Uint8Array): boolean {
  for (const byte of payload) {
    if (byte === 0x5b) return true
    // JSON's white space: space, tab, line feed, carriage return.
    if (byte !== 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d) return false
  }
  return false
}
