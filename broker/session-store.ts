import { Readable } from 'node:stream'
import type { AedesPublishPacket, Client, PubrelPacket, Subscription } from 'aedes'
import type { BrokerLimits } from './limits.ts'
import { TopicTree } from './topic-tree.ts'

/** A filter in no one's rights: a session without subscriptions is restored with it, and is present all the same. */
export const NO_SUBSCRIPTION = '$kerbside/none'

type QueuedPacket = (AedesPublishPacket | (PubrelPacket & { brokerCounter: number })) & {
  messageId?: number | undefined
}

interface KeptSubscription extends Subscription {
  readonly session: KeptSession
}

interface KeptSession {
  readonly id: string
  /** The device's id, or '' for operators: whose limit of sessions it counts towards. */
  readonly user: string
  readonly subscriptions: Map<string, KeptSubscription>
  /** Messages at QoS 1 and 2 that the client has not acknowledged, in order, by aedes' counter. */
  readonly queue: Map<number, QueuedPacket>
  readonly countersByMessageId: Map<number, number>
  queuedBytes: number
  /** On the machine's monotonic clock, in ms; undefined while the client is connected. */
  awaySince: number | undefined
  expiresAt: number
}

/**
 * What outlives a connection, of the clients of one authority that asked for it: subscriptions, and messages for them.
 * In memory, so a restart ends these sessions; what clients need after it, they find in retained messages.
 */
export interface SessionStore {
  readonly size: number
  /** Grows with every subscription kept or ended. */
  readonly version: number
  has(sessionId: string): boolean
  /** A client is there whose session is to be kept, or goes on. */
  attach(sessionId: string, user: string): void
  /** It has gone, and its session ends unless it is back within so many seconds. */
  detach(sessionId: string, expirySeconds: number): void
  end(sessionId: string): void
  endUser(user: string): void
  expire(): void
  hasSubscribers(topicName: string): boolean
  /** Keeps a message at QoS 1 or 2 for every session that is subscribed to it. */
  enqueue(packet: AedesPublishPacket): void

  // What aedes asks of its persistence about sessions, in its names.
  addSubscriptions(client: Client, subscriptions: readonly Subscription[]): Promise<void>
  removeSubscriptions(client: Client, topicFilters: readonly string[]): Promise<void>
  cleanSubscriptions(client: { id: string }): Promise<void>
  subscriptionsByClient(client: { id: string }): Promise<Subscription[]>
  outgoingEnqueue(client: { clientId: string }, packet: AedesPublishPacket): Promise<void>
  outgoingUpdate(client: Client, packet: QueuedPacket): Promise<void>
  outgoingClearMessageId(client: Client, packet: { messageId?: number }): Promise<QueuedPacket | undefined>
  outgoingStream(client: Client): Readable
}

export function createSessionStore({
  limits,
  onEnd,
}: {
  limits: BrokerLimits
  /** A session is over: by its expiry, a clean start, or a limit. */
  onEnd: (sessionId: string) => void
}): SessionStore {
  const sessions = new Map<string, KeptSession>()
  const sessionsByUser = new Map<string, Set<KeptSession>>()
  const filters = new TopicTree<KeptSubscription>()

  return {
    get size() {
      return sessions.size
    },
    get version() {
      return filters.version
    },
    has: (sessionId) => sessions.has(sessionId),
    attach,
    detach(sessionId, expirySeconds) {
      const session = sessions.get(sessionId)
      if (!session) return
      session.awaySince = performance.now()
      session.expiresAt = session.awaySince + Math.min(expirySeconds, limits.sessionSeconds) * 1_000
    },
    end,
    endUser(user) {
      for (const session of [...(sessionsByUser.get(user) ?? [])]) end(session.id)
    },
    expire() {
      const now = performance.now()
      for (const session of [...sessions.values()]) if (session.expiresAt <= now) end(session.id)
    },
    hasSubscribers: (topicName) => filters.matchName(topicName).length > 0,
    enqueue(packet) {
      for (const { session, nl, rap } of filters.matchName(packet.topic)) {
        const isOwn = nl === true && (packet as { clientId?: string }).clientId === session.id
        // To one that was subscribed already it is no retained message [MQTT-3.3.1-9], unless it asked for the flag.
        if (!isOwn) keep(session, rap === true ? packet : { ...packet, retain: false })
      }
    },
    async addSubscriptions(client, subscriptions) {
      const session = sessions.get(client.id)
      if (!session) return
      for (const subscription of subscriptions) {
        removeSubscription(session, subscription.topic)
        const kept: KeptSubscription = { ...subscription, session }
        session.subscriptions.set(subscription.topic, kept)
        if (subscription.qos > 0) filters.add(subscription.topic, kept)
      }
    },
    async removeSubscriptions(client, topicFilters) {
      const session = sessions.get(client.id)
      if (session) for (const topicFilter of topicFilters) removeSubscription(session, topicFilter)
    },
    async cleanSubscriptions(client) {
      end(client.id)
    },
    async subscriptionsByClient(client) {
      const session = sessions.get(client.id)
      if (!session) return []
      if (session.subscriptions.size === 0) return [{ topic: NO_SUBSCRIPTION, qos: 0 }]
      return [...session.subscriptions.values()].map(({ session: _, ...subscription }) => subscription)
    },
    async outgoingEnqueue(client, packet) {
      const session = sessions.get(client.clientId)
      if (session) keep(session, packet)
    },
    async outgoingUpdate(client, packet) {
      const session = sessions.get(client.id)
      const messageId = packet.messageId
      if (!session || messageId === undefined) return
      if (packet.cmd === 'pubrel') {
        const counter = session.countersByMessageId.get(messageId)
        if (counter === undefined) return
        const received = session.queue.get(counter)
        if (received?.cmd === 'publish') session.queuedBytes -= received.payload.length
        session.queue.set(counter, packet)
        return
      }
      // One that found the queue full is not there: it is sent all the same, only never again.
      const queued = session.queue.get(packet.brokerCounter)
      if (!queued) return
      queued.messageId = messageId
      session.countersByMessageId.set(messageId, packet.brokerCounter)
    },
    async outgoingClearMessageId(client, { messageId }) {
      const session = sessions.get(client.id)
      const counter = messageId === undefined ? undefined : session?.countersByMessageId.get(messageId)
      if (!session || counter === undefined || messageId === undefined) return undefined
      const queued = session.queue.get(counter)
      session.countersByMessageId.delete(messageId)
      session.queue.delete(counter)
      if (queued?.cmd === 'publish') session.queuedBytes -= queued.payload.length
      return queued
    },
    outgoingStream: (client) => Readable.from([...(sessions.get(client.id)?.queue.values() ?? [])]),
  }

  function attach(sessionId: string, user: string): void {
    const present = sessions.get(sessionId)
    if (present) {
      present.awaySince = undefined
      present.expiresAt = Number.POSITIVE_INFINITY
      return
    }
    const own = makeRoom(user)
    const session: KeptSession = {
      id: sessionId,
      user,
      subscriptions: new Map(),
      queue: new Map(),
      countersByMessageId: new Map(),
      queuedBytes: 0,
      awaySince: undefined,
      expiresAt: Number.POSITIVE_INFINITY,
    }
    own.add(session)
    sessions.set(sessionId, session)
  }

  function makeRoom(user: string): Set<KeptSession> {
    const own = sessionsByUser.get(user) ?? new Set()
    if (own.size >= limits.sessionsPerUser) {
      const [longestAway] = [...own]
        .filter((session) => session.awaySince !== undefined)
        .sort((a, b) => (a.awaySince ?? 0) - (b.awaySince ?? 0))
      if (longestAway) end(longestAway.id)
    }
    sessionsByUser.set(user, own)
    return own
  }

  function end(sessionId: string): void {
    const session = sessions.get(sessionId)
    if (session) {
      for (const topicFilter of [...session.subscriptions.keys()]) removeSubscription(session, topicFilter)
      sessions.delete(sessionId)
      const own = sessionsByUser.get(session.user)
      own?.delete(session)
      if (own?.size === 0) sessionsByUser.delete(session.user)
    }
    onEnd(sessionId)
  }

  function removeSubscription(session: KeptSession, topicFilter: string): void {
    const kept = session.subscriptions.get(topicFilter)
    if (!kept) return
    session.subscriptions.delete(topicFilter)
    if (kept.qos > 0) filters.remove(topicFilter, kept)
  }

  function keep(session: KeptSession, packet: AedesPublishPacket): void {
    const bytes = packet.payload.length
    const isFull =
      session.queue.size >= limits.queuedMessages || session.queuedBytes + bytes > limits.queuedBytes
    if (isFull || session.queue.has(packet.brokerCounter)) return
    session.queue.set(packet.brokerCounter, {
      ...packet,
      // Copied: a payload is a view of the whole chunk that the socket read.
      payload: Buffer.from(packet.payload as Uint8Array),
      messageId: undefined,
    } as unknown as QueuedPacket)
    session.queuedBytes += bytes
  }
}
