import type { Duplex } from 'node:stream'
import { generate, type IConnectPacket, type Packet, parser } from 'mqtt-packet'
import { messageOf } from '../model/error.ts'
import type { Logger } from '../model/logger.ts'
import type { Message } from '../model/message.ts'
import type { MessageSource } from '../model/message-source.ts'
import { type Refusal, versionOf } from './connack.ts'
import type { Journal } from './journal.ts'
import type { BrokerLimits } from './limits.ts'

/**
 * Brings the journal to the ingest service: every message at QoS 1 under its own topic, with its position and time of
 * receipt as MQTT 5 user properties, forgotten once it and all before it are acknowledged. What a consumer leaves
 * unacknowledged the next one gets again. There is one at a time; a second is told "server busy" and may try again.
 */
export interface Relay {
  readonly isConnected: boolean
  /**
   * Takes over a connection that logged in with the installation's key, its CONNECT read; returns why not, where it does not.
   * MQTT 5 alone has a place for the journal's id and a message's position: an ingest that was told neither would take this
   * for a foreign broker, and count and store by other rules.
   */
  handle(socket: Duplex, connect: IConnectPacket, rest: Buffer): Refusal | undefined
  close(): Promise<void>
}

interface Batch {
  readonly messages: readonly Message[]
  unacknowledged: number
}

/** A packet of the consumer's: its subscriptions are the longest that it sends. */
const CONSUMER_PACKET_BYTES = 64 * 1024
/** Message ids go to 65,535, and one has to be free to be found. */
const MAXIMUM_IN_FLIGHT = 65_000
const READ_MESSAGES = 500

export function createRelay({
  journal,
  limits,
  logger,
}: {
  journal: Journal
  limits: BrokerLimits
  logger: Logger
}): Relay {
  let current: { end(): Promise<void> } | undefined

  return {
    get isConnected() {
      return current !== undefined
    },
    handle(socket, connect, rest) {
      if (versionOf(connect) < 5) return 'wrongVersion'
      if (current) return 'busy'
      const consumer = serveConsumer(socket, connect, rest)
      current = consumer
      logger.info({}, 'the ingest service is connected')
      void consumer.ended.then(() => {
        if (current === consumer) current = undefined
        logger.info({}, 'the ingest service is disconnected')
      })
      return undefined
    },
    close: async () => {
      await current?.end()
    },
  }

  function serveConsumer(
    socket: Duplex,
    connect: IConnectPacket,
    rest: Buffer,
  ): { ended: Promise<void>; end(): Promise<void> } {
    const protocol = { protocolVersion: 5 }
    const receiveMaximum = connect.properties?.receiveMaximum ?? MAXIMUM_IN_FLIGHT
    const window = Math.max(1, Math.min(limits.relayMessages, receiveMaximum, MAXIMUM_IN_FLIGHT))
    const source: MessageSource = journal.openSource()
    const batches: Batch[] = []
    const batchesByMessageId = new Map<number, Batch>()
    const packets = parser(protocol)
    let nextMessageId = 1
    let unparsedBytes = 0
    let isEnded = false
    let wakePump: (() => void) | undefined
    let forgetting: Promise<void> = Promise.resolve()
    const keepAlive = connect.keepalive
      ? setTimeout(() => socket.destroy(), connect.keepalive * 1_500).unref()
      : undefined

    const ended = new Promise<void>((resolve) => {
      socket.once('close', () => {
        isEnded = true
        clearTimeout(keepAlive)
        wakePump?.()
        void forgetting
          .then(() => source.close())
          .catch((error: unknown) =>
            logger.warn({ error: messageOf(error) }, 'the relay ended with an error'),
          )
          .then(resolve)
      })
    })
    socket.on('error', () => undefined)
    socket.on('drain', () => wakePump?.())
    packets.on('packet', (packet: Packet) => {
      unparsedBytes = 0
      if (!isEnded) handlePacket(packet)
    })
    packets.on('error', () => socket.destroy())

    socket.write(
      generate(
        {
          cmd: 'connack',
          sessionPresent: false,
          reasonCode: 0,
          properties: {
            sharedSubscriptionAvailable: false,
            userProperties: { 'kerbside-journal': journal.id },
            // One client at a time, whose name nobody needs: any that it leaves out is as good as another.
            ...(connect.clientId === '' && { assignedClientIdentifier: 'ingest' }),
          },
        },
        protocol,
      ),
    )
    socket.on('data', receive)
    if (rest.length > 0) receive(rest)
    void pump().catch((error: unknown) => {
      logger.error({ error: messageOf(error) }, 'the relay could not read the journal')
      socket.destroy()
    })

    return {
      ended,
      end: () => {
        socket.destroy()
        return ended
      },
    }

    function receive(chunk: Buffer): void {
      if (isEnded) return
      keepAlive?.refresh()
      unparsedBytes += chunk.length
      try {
        packets.parse(chunk)
      } catch {
        socket.destroy()
      }
      if (unparsedBytes > CONSUMER_PACKET_BYTES) socket.destroy()
    }

    function handlePacket(packet: Packet): void {
      switch (packet.cmd) {
        case 'puback':
          acknowledge(packet.messageId ?? 0, packet.reasonCode ?? 0)
          return
        case 'pingreq':
          write({ cmd: 'pingresp' })
          return
        case 'subscribe':
          // All of the journal is what there is; each filter is granted at QoS 1.
          write({
            cmd: 'suback',
            messageId: packet.messageId ?? 0,
            granted: packet.subscriptions.map(() => 1),
          })
          return
        default:
          // DISCONNECT, or a packet that nothing here answers.
          socket.destroy()
      }
    }

    function write(packet: Packet): void {
      if (!socket.destroyed) socket.write(generate(packet, protocol))
    }

    function acknowledge(messageId: number, reasonCode: number): void {
      const batch = batchesByMessageId.get(messageId)
      if (!batch) return
      if (reasonCode >= 0x80) {
        // Not taken: it is sent again to whoever connects next.
        socket.destroy()
        return
      }
      batchesByMessageId.delete(messageId)
      batch.unacknowledged--
      while (batches[0]?.unacknowledged === 0) {
        const { messages } = batches.shift() as Batch
        forgetting = forgetting.then(() => source.forget(messages))
        forgetting.catch((error: unknown) => {
          logger.error({ error: messageOf(error) }, 'the relay could not forget what was acknowledged')
          socket.destroy()
        })
      }
      wakePump?.()
    }

    async function pump(): Promise<void> {
      while (!isEnded) {
        const free = window - batchesByMessageId.size
        if (free <= 0 || socket.writableNeedDrain) {
          await new Promise<void>((resolve) => {
            wakePump = resolve
          })
          wakePump = undefined
          continue
        }
        const messages = await source.read(Math.min(free, READ_MESSAGES))
        if (messages.length === 0) {
          // Closed: by this connection's end, or by another reader of the journal.
          socket.destroy()
          return
        }
        if (isEnded) return
        send(messages)
      }
    }

    function send(messages: readonly Message[]): void {
      const batch: Batch = { messages, unacknowledged: messages.length }
      batches.push(batch)
      socket.cork()
      for (const message of messages) {
        const messageId = takeMessageId()
        batchesByMessageId.set(messageId, batch)
        write({
          cmd: 'publish',
          qos: 1,
          dup: false,
          retain: false,
          messageId,
          topic: message.topic,
          payload: asBuffer(message.payload),
          properties: {
            userProperties: {
              'kerbside-position': String(message.position),
              'kerbside-received-time': String(message.receivedTime),
            },
          },
        })
      }
      socket.uncork()
    }

    function takeMessageId(): number {
      const messageId = nextMessageId
      do nextMessageId = (nextMessageId % 65_535) + 1
      while (batchesByMessageId.has(nextMessageId))
      return messageId
    }
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
