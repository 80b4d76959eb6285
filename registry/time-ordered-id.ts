import { randomBytes } from 'node:crypto'
import type { Clock } from '../model/clock.ts'

const SEQUENCE_MAX = 0xffff

export const TIME_ORDERED_ID_PATTERN = /^[0-9a-f]{28}$/

/**
 * Ids whose order is that of their making: 12 hexadecimal digits of milliseconds, 4 of a sequence within one, and 12 at
 * random for several processes. A clock that goes back does not take them back.
 */
export function createTimeOrderedIds(clock: Clock): () => string {
  let time = 0
  let sequence = 0
  return () => {
    const now = Math.max(0, clock.now())
    if (now > time) {
      time = now
      sequence = 0
    } else if (sequence < SEQUENCE_MAX) {
      sequence += 1
    } else {
      time += 1
      sequence = 0
    }
    return formatTimeOrderedId(time, sequence)
  }
}

/** `sequence` orders ids of the same millisecond; of a larger one only the last 16 bits are taken. */
export function formatTimeOrderedId(time: number, sequence: number): string {
  const random = randomBytes(6).toString('hex')
  return `${hex(Math.max(0, time), 12)}${hex(sequence & SEQUENCE_MAX, 4)}${random}`
}

/** When one was made, in ms since 1970. */
export function readTimeOrderedId(id: string): number {
  return Number.parseInt(id.slice(0, 12), 16)
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0')
}
