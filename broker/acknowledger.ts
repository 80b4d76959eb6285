import type { Duplex } from 'node:stream'

/** Writes PUBACKs: all of one connection that a commit brings together are one write. */
export interface Acknowledger {
  acknowledge(socket: Duplex, messageId: number): void
}

/** Section 3.4; in MQTT 5 too, where a reason code of 0 is left out (3.4.2.1). */
const PUBACK_HEADER = 0x4002
const PUBACK_BYTES = 4

export function createAcknowledger(): Acknowledger {
  const waiting = new Map<Duplex, number[]>()

  return {
    acknowledge(socket, messageId) {
      const messageIds = waiting.get(socket)
      if (messageIds) {
        messageIds.push(messageId)
        return
      }
      if (waiting.size === 0) setImmediate(flush)
      waiting.set(socket, [messageId])
    },
  }

  function flush(): void {
    for (const [socket, messageIds] of waiting) {
      if (socket.destroyed || socket.writableEnded) continue
      const bytes = Buffer.allocUnsafe(messageIds.length * PUBACK_BYTES)
      for (let index = 0; index < messageIds.length; index++) {
        bytes.writeUInt16BE(PUBACK_HEADER, index * PUBACK_BYTES)
        bytes.writeUInt16BE(messageIds[index] ?? 0, index * PUBACK_BYTES + 2)
      }
      socket.write(bytes)
    }
    waiting.clear()
  }
}
