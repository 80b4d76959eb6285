import type { Message } from '../../model/message.ts'
import { formatTopic } from '../../model/topic.ts'
import type { VehiclePayload } from './read-vehicle-positions.ts'

/** Messages that wait for the ingest. Of more, what comes next is left out: the next round of positions is newer anyway. */
const MESSAGES_MAX = 20_000

export interface MessageQueue {
  /** False where it is full. */
  add(authority: string, device: string, payload: VehiclePayload['payload'], receivedTime: number): boolean
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
      if (waiting.length >= MESSAGES_MAX) return false
      const topic = formatTopic({ authority, kind: 'vehicle', device, channel: 'reading' })
      const bytes = Buffer.from(JSON.stringify(payload))
      waiting.push({ position: undefined, authority, topic, payload: bytes, receivedTime })
      wake?.()
      return true
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
