import type { AedesPublishPacket } from 'aedes'
import { TopicTree } from './topic-tree.ts'

type Deliver = (packet: AedesPublishPacket, done: () => void) => void

/**
 * aedes' emitter between publishers and the connected subscribers. Unlike the one that aedes brings, it does not make a
 * publisher wait for its subscribers: what a slow one has not taken is bounded where it is written to.
 */
export interface MessageBus {
  /** Grows with every subscription made or ended. */
  readonly version: number
  hasListeners(topicName: string): boolean
  on(topicFilter: string, deliver: Deliver, done?: () => void): void
  removeListener(topicFilter: string, deliver: Deliver, done?: () => void): void
  emit(packet: AedesPublishPacket, done?: () => void): void
  close(done: () => void): void
}

export function createMessageBus(): MessageBus {
  const listeners = new TopicTree<Deliver>()
  return {
    get version() {
      return listeners.version
    },
    hasListeners: (topicName) => listeners.matchName(topicName).length > 0,
    on(topicFilter, deliver, done) {
      // aedes watches for other brokers of a cluster here; there are none.
      if (!topicFilter.startsWith('$SYS/')) listeners.add(topicFilter, deliver)
      if (done) setImmediate(done)
    },
    removeListener(topicFilter, deliver, done) {
      listeners.remove(topicFilter, deliver)
      if (done) setImmediate(done)
    },
    emit(packet, done) {
      for (const deliver of listeners.matchName(packet.topic)) deliver(packet, ignore)
      done?.()
    },
    close: (done) => void setImmediate(done),
  }
}

function ignore(): void {}
