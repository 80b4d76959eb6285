import type { Message } from '../../model/message.ts'
import { formatTopic } from '../../model/topic.ts'
import type { VehiclePayload } from './read-vehicle-positions.ts'

/** Positions that wait for the ingest. Of more, what comes next is left out: the next round of positions is newer anyway. */
const POSITIONS_MAX = 20_000

export interface MessageQueue {
  /** A position; false where it is full. */
  add(authority: string, device: string, payload: VehiclePayload['payload'], receivedTime: number): boolean
  /** Messages of whoever holds back more until these are forgotten: never refused. */
  addHeld(messages: readonly Message[]): void
  /** Waits for messages; none once it is closed. */
  read(limit: number): Promise<readonly Message[]>
  close(): void
}

export function createMessageQueue(): MessageQueue {
  const waiting: Message[] = []
  let wake: (() => void) | undefined
  let isClosed = false
  return {
    add(authority, device, payload, receivedTime) {
      if (waiting.length >= POSITIONS_MAX) return false
      const topic = formatTopic({ authority, kind: 'vehicle', device, channel: 'reading' })
      const bytes = Buffer.from(JSON.stringify(payload))
      waiting.push({ position: undefined, authority, topic, payload: bytes, receivedTime })
      wake?.()
      return true
    },
    addHeld(messages) {
      for (const message of messages) waiting.push(message)
      wake?.()
    },
    async read(limit) {
      while (waiting.length === 0 && !isClosed) {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
      return isClosed ? [] : waiting.splice(0, limit)
    },
    close() {
      isClosed = true
      wake?.()
    },
  }
}
