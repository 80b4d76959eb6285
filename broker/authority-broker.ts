import type { Duplex } from 'node:stream'
import { Readable } from 'node:stream'
import { Aedes, type AedesPublishPacket, type Client, type PublishPacket } from 'aedes'
import type { DeviceMessage, SignSaying } from '../model/device-channel.ts'
import { messageOf } from '../model/error.ts'
import type { Logger } from '../model/logger.ts'
import { countReadings } from '../model/message.ts'
import { createAcknowledger } from './acknowledger.ts'
import type { Connection } from './connection.ts'
import type { BrokerCounters } from './counters.ts'
import type { FlowControl } from './flow-control.ts'
import type { Journal, JournalEntry } from './journal.ts'
import { fromKept, toKept } from './kept-properties.ts'
import type { BrokerLimits } from './limits.ts'
import { createMessageBus } from './message-bus.ts'
import { createRetainedMessages } from './retained-messages.ts'
import { createSessionStore, NO_SUBSCRIPTION } from './session-store.ts'

export interface AuthorityBroker {
  /** Nobody is connected and nothing is kept for anybody. */
  readonly isIdle: boolean
  /** Takes over a connection whose CONNECT was accepted; the packet's bytes are the next that its socket gives. */
  handle(connection: Connection): void
  /** Ends a connection whose device is gone or has a new password. Its will is not published. */
  revoke(connection: Connection): void
  /** Retained, for the device; not journalled, since the broker can always make it again. No payload removes it. */
  publishRetained(topic: string, payload: string): void
  /** As model/device-channel.ts says; not journalled either. */
  send(message: Omit<DeviceMessage, 'authority'>): void
  /** The device is gone: its sessions end, and what it left retained goes. */
  forgetDevice(deviceId: string): void
  close(): Promise<void>
}

/** aedes' client, with what is known of its connection. */
interface BrokerClient extends Client {
  connection: Connection
  /** aedes' own: what MQTT 5's CONNACK tells as Assigned Client Identifier. */
  _assignedClientId?: string | undefined
}

/** A QoS 2 publish that was received before is marked, since aedes asks for its store only afterwards. */
type ReceivedPacket = PublishPacket & {
  isReceivedBefore?: boolean
  /** aedes' own mark of a packet that was answered, and needs nothing more. */
  _notAuthorized?: boolean
}

const DENIED = new Error('not authorized')
/** MQTT 5, section 3.14.2.1. */
const NOT_AUTHORIZED = 0x87
const QUOTA_EXCEEDED = 0x97

/**
 * The broker of one authority: an aedes of its own, so that two authorities have no topic, session or retained message
 * in common. Every publish is journalled before it is acknowledged or passed on.
 */
export async function openAuthorityBroker({
  authority,
  journal,
  flow,
  counters,
  limits,
  logger,
  isCurrent,
  onSaying,
}: {
  authority: string
  journal: Journal
  flow: FlowControl
  counters: BrokerCounters
  limits: BrokerLimits
  logger: Logger
  /** Whether a retained topic still is one of a device. */
  isCurrent: (topic: string) => boolean
  /** A display has said something in its own protocol, and it is on disk. */
  onSaying: (saying: SignSaying) => void
}): Promise<AuthorityBroker> {
  const bus = createMessageBus()
  const retained = createRetainedMessages()
  const sessions = createSessionStore({
    limits,
    onEnd: (sessionId) => journal.releaseSession(sessionKey(sessionId)),
  })
  const acknowledger = createAcknowledger()
  const connections = new WeakMap<Duplex, Connection>()
  let connectedCount = 0
  let packetCounter = 0
  let isClosed = false

  for (const message of await journal.listRetained(authority)) {
    if (isCurrent(message.topic)) {
      const { properties, messageExpiry } = fromKept(message.properties)
      retained.store({
        cmd: 'publish',
        topic: message.topic,
        payload: message.payload,
        qos: message.qos,
        dup: false,
        retain: true,
        ...(properties && { properties }),
        ...(messageExpiry !== undefined && { messageExpiry }),
      })
    } else {
      journal.append(entryOfRemoval(message.topic), ignore)
    }
  }

  const aedes = await Aedes.createBroker({
    mq: bus,
    persistence: createPersistence(),
    // Not a limit: publishers do not wait for subscribers, so aedes has nothing to queue.
    concurrency: 0,
    drainTimeout: limits.drainSeconds * 1_000,
    keepaliveLimit: limits.keepAliveSeconds,
    maxClientsIdLength: 65_535 + 64,
    maximumPacketSize: limits.packetBytes,
    receiveMaximum: Math.min(limits.unacknowledgedMessages, 65_535),
    sessionExpiryIntervalLimit: limits.sessionSeconds,
    preConnect,
    authenticate,
    authorizePublish,
    authorizeSubscribe,
    authorizeForward,
  })
  // aedes' own waits for subscribers, and orders messages at QoS 0 before earlier ones at QoS 1.
  aedes.publish = publish as typeof aedes.publish
  ;(aedes as NodeJS.EventEmitter).on('error', (error: unknown) => {
    logger.error({ authority, error: messageOf(error) }, 'the broker of an authority has failed at something')
  })
  aedes.on('clientReady', (client) => {
    const { connection } = client as BrokerClient
    connection.isReady = true
    forgetConnect(client)
    if (!client.clean) sessions.attach(client.id, connection.device)
    flow.wake(connection)
  })
  aedes.on('clientDisconnect', (client) => {
    if (client.clean) sessions.end(client.id)
    else
      sessions.detach(client.id, client.version === 5 ? client.sessionExpiryInterval : limits.sessionSeconds)
  })
  const expire = setInterval(() => sessions.expire(), 60_000).unref()

  return {
    get isIdle() {
      return connectedCount === 0 && sessions.size === 0
    },
    handle,
    revoke(connection) {
      connection.isRevoked = true
      const { client } = connection.socket as { client?: Client }
      if (client) client.disconnect({ reasonCode: NOT_AUTHORIZED })
      else connection.socket.destroy()
    },
    publishRetained(topic, payload) {
      const current = retained.find(topic)
      if (payload === (current?.payload.toString() ?? '')) return
      publish({ cmd: 'publish', topic, payload: Buffer.from(payload), qos: 1, retain: true, dup: false })
    },
    send({ topicName, payload, retain, expirySeconds }) {
      const packet: PublishPacket = {
        cmd: 'publish',
        topic: topicName,
        payload: Buffer.from(payload),
        qos: 1,
        retain: retain !== 'no',
        dup: false,
        ...(expirySeconds && { properties: { messageExpiryInterval: expirySeconds } }),
      }
      if (retain === 'only') retained.store(toMessage(packet, null) as never)
      else publish(packet)
    },
    forgetDevice(deviceId) {
      sessions.endUser(deviceId)
      for (const { topic } of retained.list(`kerbside/v1/${authority}/+/${deviceId}/#`)) {
        publish({ cmd: 'publish', topic, payload: Buffer.alloc(0), qos: 1, retain: true, dup: false })
        if (topic.endsWith('/status')) journal.append(entryOfRemoval(topic), ignore)
      }
    },
    close() {
      isClosed = true
      clearInterval(expire)
      return new Promise((resolve) => aedes.close(() => resolve()))
    },
  }

  function handle(connection: Connection): void {
    connectedCount++
    connections.set(connection.socket, connection)
    connection.socket.once('close', () => connectedCount--)
    aedes.handle(connection.socket)
  }

  function preConnect(...[client, packet, done]: Parameters<Aedes['preConnect']>): void {
    const connection = connections.get(client.conn)
    if (!connection) {
      done(DENIED, false)
      return
    }
    ;(client as BrokerClient).connection = connection
    packet.clientId = connection.sessionId
    // MQTT 5 is told a keep-alive of the server's; 3.1.1 cannot be, and would be refused by aedes.
    if (packet.protocolVersion !== 5) {
      packet.keepalive = Math.min(packet.keepalive || limits.keepAliveSeconds, limits.keepAliveSeconds)
    }
    done(null, true)
  }

  function authenticate(...[client, , , done]: Parameters<Aedes['authenticate']>): void {
    // Logged in before it came here; the client's own name for its session is told only now, since aedes set it since.
    const { connection } = client as BrokerClient
    ;(client as BrokerClient)._assignedClientId = connection.assignedClientId
    done(null, true)
  }

  function authorizePublish(...[client, packet, done]: Parameters<Aedes['authorizePublish']>): void {
    const connection = (client as BrokerClient | null)?.connection
    if (!client || !connection || connection.isRevoked || !connection.mayPublish(packet.topic)) {
      counters.deniedPublishes++
      // Later: many at once that are answered at once would be handled inside of each other until the stack is full.
      setImmediate(done, DENIED)
      return
    }
    const payload = packet.payload as Buffer
    const bytes = payload.length
    const isStatus = packet.topic === connection.statusTopic
    const record =
      isStatus || packet.topic === connection.readingTopic
        ? { topicName: packet.topic, isCounted: !isStatus }
        : connection.sign?.record(packet.topic, payload)
    if (!record) {
      setImmediate(done, DENIED)
      return
    }
    const isSaying = record.topicName !== packet.topic
    if (packet.retain && (!isStatus || bytes > limits.retainedBytes)) packet.retain = false
    // A last will is a packet of CONNECT's, without a command of its own.
    const owner = packet.cmd === undefined ? undefined : connection
    flow.begin(owner, bytes)
    journal.append(
      {
        authority,
        device: connection.device,
        topic: record.topicName,
        payload,
        readingCount: record.isCounted ? countReadings(payload) : 0,
        received: packet.qos === 2 && owner ? receive(connection, packet) : undefined,
        retained: packet.retain ? { qos: packet.qos, properties: toKept(packet, Date.now()) } : undefined,
      },
      () => {
        flow.end(owner, bytes)
        counters.publishes++
        if (isSaying) onSaying({ authority, device: connection.device, topicName: packet.topic, payload })
        if (!owner || (packet.qos === 2 && !client.closed)) {
          done(null)
          return
        }
        // aedes' own way from here takes twice as long for one packet as all the rest: it writes each PUBACK by itself.
        if (packet.qos === 1) acknowledger.acknowledge(owner.socket, packet.messageId ?? 0)
        publish(packet, client)
        ;(packet as ReceivedPacket)._notAuthorized = true
        done(null)
      },
    )
  }

  // By the id and what it carries, not by the flag DUP: clients that send again do not all set it [MQTT-3.3.1-1].
  function receive(connection: Connection, packet: ReceivedPacket): JournalEntry['received'] {
    const session = sessionKey(connection.sessionId)
    const messageId = packet.messageId ?? 0
    packet.isReceivedBefore = journal.hasReceived(session, messageId, packet.payload as Buffer)
    return { session, messageId }
  }

  function authorizeSubscribe(
    ...[client, subscription, done]: Parameters<Aedes['authorizeSubscribe']>
  ): void {
    if (subscription.topic === NO_SUBSCRIPTION) {
      done(null, null)
      return
    }
    const isAllowed = isSubscriptionAllowed(client as BrokerClient, subscription.topic)
    if (!isAllowed) counters.deniedSubscriptions++
    done(null, isAllowed ? subscription : null)
  }

  function isSubscriptionAllowed(client: BrokerClient, topicFilter: string): boolean {
    if (client.connection.isRevoked || !client.connection.maySubscribe(topicFilter)) return false
    const { subscriptions } = client as unknown as { subscriptions: Record<string, unknown> }
    return topicFilter in subscriptions || Object.keys(subscriptions).length < limits.subscriptionsPerClient
  }

  function authorizeForward(client: Client, packet: AedesPublishPacket): AedesPublishPacket | null {
    if (client.conn.writableLength <= limits.unsentBytes) return packet
    counters.droppedForwards++
    if (packet.qos > 0) client.disconnect({ reasonCode: QUOTA_EXCEEDED })
    return null
  }

  function publish(
    packet: PublishPacket,
    client?: Client | ((error?: Error) => void) | null,
    done?: (error?: Error) => void,
  ): void {
    const finish = typeof client === 'function' ? client : done
    const sender = typeof client === 'function' ? null : client
    // aedes tells brokers of a cluster on $SYS who came and went; there are none.
    if (!isClosed && !packet.topic.startsWith('$SYS/') && (packet.retain || isWanted(packet, sender))) {
      pass(packet, sender ?? null)
    }
    finish?.()
  }

  function isWanted(packet: PublishPacket, client: Client | null | undefined): boolean {
    const connection = (client as BrokerClient | null | undefined)?.connection
    if (connection?.readingTopic !== packet.topic) return hasSubscribers(packet.topic)
    const version = bus.version + sessions.version
    if (connection.subscribersVersion !== version) {
      connection.subscribersVersion = version
      connection.hasSubscribers = hasSubscribers(packet.topic)
    }
    return connection.hasSubscribers
  }

  function hasSubscribers(topicName: string): boolean {
    return bus.hasListeners(topicName) || sessions.hasSubscribers(topicName)
  }

  function pass(packet: PublishPacket, client: Client | null): void {
    const message = toMessage(packet, client)
    if (packet.retain) retained.store(message as never)
    if (packet.qos > 0) sessions.enqueue(message)
    bus.emit(message)
  }

  function toMessage(packet: PublishPacket, client: Client | null): AedesPublishPacket {
    const expirySeconds = packet.properties?.messageExpiryInterval
    return {
      cmd: 'publish',
      // aedes knows a message that reaches a client by two subscriptions by these two.
      brokerId: aedes.id,
      brokerCounter: ++packetCounter,
      topic: packet.topic,
      payload: packet.payload,
      qos: packet.qos,
      retain: packet.retain,
      dup: false,
      ...(packet.properties && { properties: packet.properties }),
      ...(expirySeconds ? { messageExpiry: Date.now() + expirySeconds * 1_000 } : {}),
      ...(client && { clientId: client.id }),
    } as unknown as AedesPublishPacket
  }

  function createPersistence(): object {
    return {
      ...sessions,
      async setup() {},
      async destroy() {},
      async storeRetained(packet: Parameters<typeof retained.store>[0]) {
        retained.store(packet)
      },
      createRetainedStream: (topicFilter: string) => retained.createStream([topicFilter]),
      createRetainedStreamCombi: (topicFilters: readonly string[]) => retained.createStream(topicFilters),
      // What is denied is not kept either: aedes gives all of a SUBSCRIBE.
      addSubscriptions: (
        client: BrokerClient,
        subscriptions: Parameters<typeof sessions.addSubscriptions>[1],
      ) =>
        sessions.addSubscriptions(
          client,
          subscriptions.filter(({ topic }) => isSubscriptionAllowed(client, topic)),
        ),
      // Ids received at QoS 2 are the journal's, in the same commit as their messages.
      async incomingGetPacket(client: Client, packet: ReceivedPacket | { cmd: 'pubrel'; messageId: number }) {
        const isKnown =
          packet.cmd === 'pubrel'
            ? journal.hasReceived(sessionKey(client.id), packet.messageId ?? 0)
            : packet.isReceivedBefore
        if (!isKnown) throw new Error('no such packet')
        return packet
      },
      async incomingStorePacket() {},
      incomingDelPacket: (client: Client, packet: { messageId: number }) =>
        new Promise<void>((resolve) => {
          journal.release(sessionKey(client.id), packet.messageId, resolve)
        }),
      // A will lives and dies with its connection's own object; no other broker would send it.
      async putWill() {},
      async delWill() {},
      streamWill: () => Readable.from([]),
    }
  }

  function entryOfRemoval(topic: string): JournalEntry {
    return { authority, device: '', topic, payload: Buffer.alloc(0), readingCount: 0, retained: { qos: 1 } }
  }

  function sessionKey(sessionId: string): string {
    return `${authority}/${sessionId}`
  }
}

/** The packet library keeps the whole CONNECT, password and all, for as long as the connection lives. */
function forgetConnect(client: Client): void {
  const { _parser: parser } = client as unknown as { _parser: { settings: object } }
  const { protocolVersion, bridgeMode } = parser.settings as { protocolVersion: number; bridgeMode?: boolean }
  parser.settings = { protocolVersion, bridgeMode }
}

function ignore(): void {}
