import mqtt, { type IConnackPacket, type IPublishPacket, type MqttClient } from 'mqtt'
import { messageOf } from '../model/error.ts'
import type { Logger } from '../model/logger.ts'
import type { Random } from '../model/random.ts'
import { AbortedError } from './create-retry.ts'
import { type DeferredAcknowledgements, deferAcknowledgements } from './defer-acknowledgements.ts'
import { type DeliveryWindow, RECEIVE_MAXIMUM } from './delivery-window.ts'
import type { MqttSourceAddress } from './mqtt-source-url.ts'

export interface MqttConnection extends Pick<DeferredAcknowledgements, 'acknowledge'> {
  close(): Promise<void>
}

const FIRST_DELAY_MS = 100
const LONGEST_DELAY_MS = 10_000
const KEEPALIVE_SECONDS = 30
const SESSION_EXPIRY_SECONDS = 7 * 86_400
/** Larger than any payload that Kerbside takes, so that one that is too large is told of in the quarantine. */
const PACKET_BYTES_MAX = 1024 * 1024
// MQTT 3.1.1's return code, and MQTT 5's reason code, for a version of the protocol that the broker does not speak.
const UNSUPPORTED_VERSION_CODES = [0x01, 0x84]

/**
 * A connection that comes back by itself, with a session that the broker keeps. Resolves with the first one, subscribed. `onPublish`
 * is called for each message, with what tells its connection from others; while the window is full none is read.
 */
export function connectMqtt({
  address,
  window,
  logger,
  random,
  signal,
  onConnack,
  listTopicFilters,
  onPublish,
}: {
  address: MqttSourceAddress
  window: DeliveryWindow
  logger: Logger
  random: Random
  signal: AbortSignal | undefined
  /** Before any message of the connection. */
  onConnack: (packet: IConnackPacket, connection: MqttConnection) => void
  /** What to subscribe to on the connection that was just made, at QoS 1. */
  listTopicFilters: () => readonly string[]
  onPublish: (packet: IPublishPacket, stream: object, connection: MqttConnection) => void
}): Promise<MqttConnection> {
  const client = mqtt.connect(address.url, {
    ...versionOptions(address.protocolVersion),
    clientId: address.clientId,
    clean: false,
    keepalive: KEEPALIVE_SECONDS,
    connectTimeout: 10_000,
    reconnectPeriod: FIRST_DELAY_MS,
    reconnectOnConnackError: true,
    resubscribe: false,
    queueQoSZero: false,
  })
  const { acknowledge, stopPinging } = deferAcknowledgements(client, {
    window,
    keepaliveSeconds: KEEPALIVE_SECONDS,
    onPublish: (packet, stream) => onPublish(packet, stream, connection),
  })
  const connection: MqttConnection = { acknowledge, close }
  let isAway = false
  let isConnected = false
  let isEverConnected = false

  client.on('packetreceive', (packet) => {
    if (packet.cmd !== 'connack' || (packet.reasonCode ?? packet.returnCode ?? 0) !== 0) return
    if (!packet.sessionPresent) window.endSession()
    onConnack(packet, connection)
  })
  client.on('reconnect', () => {
    const delay = Math.min((client.options.reconnectPeriod ?? FIRST_DELAY_MS) * 2, LONGEST_DELAY_MS)
    client.options.reconnectPeriod = delay * (0.75 + random() / 2)
  })
  client.on('error', (error) => {
    fallBack(error)
    noteAway(messageOf(error))
  })
  client.on('close', () => {
    stopPinging()
    isConnected = false
    if (!client.disconnecting) noteAway('the connection was closed')
  })

  return new Promise((resolve, reject) => {
    const abort = () => {
      client.end(true)
      reject(new AbortedError())
    }
    if (signal?.aborted) {
      abort()
      return
    }
    signal?.addEventListener('abort', abort, { once: true })
    client.on('connect', ({ sessionPresent }) => {
      isEverConnected = true
      subscribe()
      // A session that is taken up is subscribed already, and what was kept for it may come before the answer.
      if (sessionPresent || listTopicFilters().length === 0) noteConnected()
    })

    function subscribe(): void {
      const topicFilters = [...listTopicFilters()]
      if (topicFilters.length === 0) return
      // Retained messages are sent for a subscription that is new, not each time that a session is taken up again.
      client.subscribe(topicFilters, { qos: 1, rh: 1 }, (error, granted) => {
        if (!client.connected) return
        if (!error && (granted ?? []).every(({ qos }) => qos < 0x80)) {
          noteConnected()
          return
        }
        const reason = error ? messageOf(error) : 'not authorised'
        logger.error({ topicFilters, reason }, 'the broker refuses the subscription: connecting anew')
        client.stream.destroy()
      })
    }

    function noteConnected(): void {
      client.options.reconnectPeriod = FIRST_DELAY_MS
      if (!isConnected) {
        logger.info({ broker: nameOf(client), clientId: address.clientId }, 'the ingest is connected')
      }
      isConnected = true
      isAway = false
      signal?.removeEventListener('abort', abort)
      resolve(connection)
    }
  })

  function close(): Promise<void> {
    stopPinging()
    return new Promise((resolve) => {
      client.end(!client.connected, () => resolve())
    })
  }

  function fallBack(error: Error): void {
    const { code } = error as { code?: unknown }
    if (isEverConnected || client.options.protocolVersion !== 5) return
    if (!UNSUPPORTED_VERSION_CODES.includes(code as number)) return
    logger.info({ broker: nameOf(client) }, 'the broker does not speak MQTT 5: going on with 3.1.1')
    Object.assign(client.options, versionOptions(4))
  }

  function noteAway(reason: string): void {
    if (isAway || client.disconnecting) return
    isAway = true
    logger.warn({ broker: nameOf(client), reason }, 'the broker of the ingest is away: connecting again')
  }
}

function versionOptions(protocolVersion: 4 | 5): object {
  if (protocolVersion === 4) return { protocolVersion, properties: undefined }
  return {
    protocolVersion,
    properties: {
      sessionExpiryInterval: SESSION_EXPIRY_SECONDS,
      receiveMaximum: RECEIVE_MAXIMUM,
      maximumPacketSize: PACKET_BYTES_MAX,
    },
  }
}

/** Without user and password. */
function nameOf(client: MqttClient): string {
  const { protocol, host, port } = client.options
  return `${protocol}://${host}:${port}`
}
