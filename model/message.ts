import { readPayload } from './read-payload.ts'
import { PAYLOAD_BYTES_MAX } from './reading.ts'
import { isCbor, SenmlReading } from './senml.ts'

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
 * How many readings a payload is: those of a SenML pack, an array's elements where it is an array of 1 to 1,000, otherwise
 * one; and one where it is too large to be looked into, nested too deep, or no UTF-8. The ingest stores or quarantines
 * exactly as many: it takes payloads apart by the same `readPayload`.
 */
export function countReadings(payload: Uint8Array): number {
  if (payload.byteLength > PAYLOAD_BYTES_MAX || !(beginsWithBracket(payload) || isCbor(payload))) return 1
  const read = readPayload(payload)
  return 'isList' in read && read.isList ? (read.value as readonly unknown[]).length : 1
}

/**
 * How many ms from its `receivedTime` on a payload's readings take: up to the last one without a time of its own, so
 * that an hour's late readings, which have theirs, do not push the device's receipt into the future.
 */
export function countTimeSlots(payload: Uint8Array, readingCount: number): number {
  // Too large to be looked into.
  if (readingCount === 0 || payload.byteLength > PAYLOAD_BYTES_MAX) return readingCount
  const read = readPayload(payload)
  if (!('isList' in read)) return readingCount
  const elements: readonly unknown[] = read.isList ? (read.value as readonly unknown[]) : [read.value]
  return Math.min(readingCount, elements.findLastIndex((element) => !hasTime(element)) + 1)
}

/** Whether an element of a payload tells its time itself. */
export function hasTime(element: unknown): boolean {
  if (typeof element !== 'object' || element === null) return false
  // SenML's 0 is "roughly now" (RFC 8428, 4.5.3).
  if (element instanceof SenmlReading) return element.seconds !== 0
  return Reflect.get(element, 'time') !== undefined
}

function beginsWithBracket(payload: Uint8Array): boolean {
  for (const byte of payload) {
    if (byte === 0x5b) return true
    // JSON's white space: space, tab, line feed, carriage return.
    if (byte !== 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d) return false
  }
  return false
}
