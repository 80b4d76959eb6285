import { Readable } from 'node:stream'
import type { IPublishPacket } from 'mqtt-packet'
import { TopicTree } from './topic-tree.ts'

/** `messageExpiry`, in ms since 1970, is aedes' name for when MQTT 5's Message Expiry Interval has passed. */
interface RetainedPacket extends IPublishPacket {
  readonly payload: Buffer
  messageExpiry?: number
}

/**
 * The last retained message of each topic of one authority. Indexed by level, because ten thousand devices that come
 * back at once each ask for their own among everybody's.
 */
export interface RetainedMessages {
  find(topicName: string): RetainedPacket | undefined
  /** An empty payload removes the one that is kept [MQTT-3.3.1-10]. */
  store(packet: Omit<RetainedPacket, 'payload'> & { payload: Uint8Array | string }): void
  list(topicFilter: string): RetainedPacket[]
  createStream(topicFilters: readonly string[]): Readable
}

export function createRetainedMessages(): RetainedMessages {
  const byTopic = new Map<string, RetainedPacket>()
  const tree = new TopicTree<string>()

  return {
    find: (topicName) => byTopic.get(topicName),
    store(packet) {
      const { topic } = packet
      if (packet.payload.length === 0) {
        if (byTopic.delete(topic)) tree.remove(topic, topic)
        return
      }
      if (!byTopic.has(topic)) tree.add(topic, topic)
      // Copied: a payload is a view of the whole chunk that the socket read.
      byTopic.set(topic, { ...packet, payload: Buffer.from(packet.payload as Uint8Array) })
    },
    list,
    createStream: (topicFilters) => Readable.from(topicFilters.flatMap(list)),
  }

  function list(topicFilter: string): RetainedPacket[] {
    return tree.matchFilter(topicFilter).flatMap((topic) => byTopic.get(topic) ?? [])
  }
}
