import type { IConnackPacket, IPublishPacket } from 'mqtt'
import type { Clock } from '../model/clock.ts'
import { KerbsideError } from '../model/error.ts'
import type { Logger } from '../model/logger.ts'
import { countReadings, countTimeSlots } from '../model/message.ts'
import type { MessageSource } from '../model/message-source.ts'
import type { Random } from '../model/random.ts'
import { parseSignRecord } from '../model/sign-topic.ts'
import type { Registry } from '../registry/registry.ts'
import { startAcceptedReporter } from './accepted-report.ts'
import { connectMqtt, type MqttConnection } from './connect-mqtt.ts'
import { AbortedError, createRetry } from './create-retry.ts'
import { type Delivery, DeliveryWindow } from './delivery-window.ts'
import { parseMqttSourceUrl } from './mqtt-source-url.ts'
import { giveReceiptTimes } from './receipt-times.ts'
import { createTopicReader } from './topic-reader.ts'

/** What Kerbside's own broker says in CONNACK, and adds to each message of its journal. */
const JOURNAL_PROPERTY = 'kerbside-journal'
const POSITION_PROPERTY = 'kerbside-position'
const RECEIVED_TIME_PROPERTY = 'kerbside-received-time'
/** Where the topic does not tell. */
const AUTHORITY_PROPERTY = 'kerbside-authority'

const TOPIC_FILTERS = ['kerbside/v1/+/+/+/reading', 'kerbside/v1/+/+/+/status']

export interface MqttSource extends MessageSource {
  /** Messages of a foreign broker that were acknowledged and no more: of no authority, or retained readings. */
  stats(): { readonly dropped: number }
}

/**
 * Messages from an MQTT broker, with a session that the broker keeps: a message is acknowledged when it is forgotten
 * here, so whatever happens before that, the broker sends it again. Resolves once the broker has answered, however long
 * that takes, or rejects once `signal` is given. From then on it loses and finds its connection by itself.
 *
 * `kerbside broker` hands over its journal, each message with its position and time of receipt. Behind any other broker
 * the topic tells whose a message is, and what is received here is what is accepted.
 */
export async function openMqttSource({
  url,
  clientId,
  shareGroup,
  registry,
  clock,
  logger,
  random = Math.random,
  signal,
}: {
  /** See parseMqttSourceUrl. */
  url: string
  clientId?: string
  shareGroup?: string
  registry: Registry
  clock: Clock
  logger: Logger
  random?: Random
  signal?: AbortSignal
}): Promise<MqttSource> {
  const fromUrl = parseMqttSourceUrl(url)
  const address = {
    ...fromUrl,
    clientId: clientId ?? fromUrl.clientId,
    shareGroup: shareGroup ?? fromUrl.shareGroup,
  }
  const foreignId = `mqtt:${address.clientId}`
  const window = new DeliveryWindow()
  const readTopic = createTopicReader()
  let id: string | undefined
  let dropped = 0

  const closing = new AbortController()
  const endSignal = signal ? AbortSignal.any([signal, closing.signal]) : closing.signal
  const retry = createRetry({ logger, random, signal: endSignal })
  const counts = await retry('registry', () => registry.listSourceCounts(foreignId))
  const reporter = startAcceptedReporter({
    source: foreignId,
    counts,
    registry,
    logger,
    listHeld: () => window.listHeld(),
  })
  try {
    const connection = await connectMqtt({
      address,
      window,
      logger,
      random,
      signal,
      onConnack,
      listTopicFilters,
      onPublish,
    })
    return {
      get id() {
        return id ?? foreignId
      },
      stats: () => ({ dropped }),
      read,
      async forget(messages) {
        for (const message of messages) window.forget(message as Delivery)
        connection.acknowledge(messages as readonly Delivery[])
      },
      async close() {
        closing.abort()
        window.close()
        await connection.close()
        await reporter.close()
      },
    }
  } catch (error) {
    await reporter.close()
    throw error
  }

  async function read(limit: number): Promise<readonly Delivery[]> {
    const deliveries = await window.read(limit)
    try {
      await giveReceiptTimes(deliveries, (claims) =>
        retry('registry', () => registry.claimReceiptTimes(claims)),
      )
      return deliveries
    } catch (error) {
      // Closing: the broker sends them again.
      if (error instanceof AbortedError) return []
      throw error
    }
  }

  function onConnack(packet: IConnackPacket, connection: MqttConnection): void {
    const journal = packet.properties?.userProperties?.[JOURNAL_PROPERTY]
    const answered = journal === undefined ? foreignId : String(journal)
    if (id !== undefined && id !== answered) {
      // Positions mean nothing in another journal: the ingest has to begin anew.
      window.close(
        new KerbsideError('CONFLICT', `the broker has another journal (${answered}) than before (${id})`),
      )
      void connection.close()
      return
    }
    id = answered
  }

  function listTopicFilters(): readonly string[] {
    // The journal comes unasked.
    if (id !== foreignId) return []
    const { shareGroup } = address
    return TOPIC_FILTERS.map((filter) =>
      shareGroup === undefined ? filter : `$share/${shareGroup}/${filter}`,
    )
  }

  function onPublish(packet: IPublishPacket, stream: object, connection: MqttConnection): void {
    const payload = typeof packet.payload === 'string' ? Buffer.from(packet.payload) : packet.payload
    const messageId = packet.qos > 0 ? packet.messageId : undefined
    if (packet.dup && messageId !== undefined) {
      const again = window.findAgain(messageId, packet.topic, payload)
      if (again) {
        again.connection = stream
        if (again.isForgotten) connection.acknowledge([again])
        return
      }
    }
    const origin = id === foreignId ? toForeign(packet, payload) : toJournalled(packet)
    if (origin) {
      window.add({
        ...origin,
        topic: packet.topic,
        payload,
        messageId,
        connection: stream,
        isForgotten: false,
      })
      return
    }
    dropped += 1
    // At the first, second, fourth, eighth …: whoever floods the broker does not flood the log.
    if ((dropped & (dropped - 1)) === 0) {
      logger.warn(
        { topic: packet.topic, dropped },
        'a message that is of no authority, or retained, is dropped',
      )
    }
    const nothing = {
      position: undefined,
      authority: '',
      device: '',
      receivedTime: 0,
      timeSlots: 0,
      isForgotten: true,
    }
    connection.acknowledge([{ ...nothing, topic: packet.topic, payload, messageId, connection: stream }])
  }

  function toForeign(packet: IPublishPacket, payload: Uint8Array): Origin | undefined {
    const topic = readTopic(packet.topic)
    // A retained reading is as old as may be: those that tell their time were taken when they came, for the others
    // the time of receipt would be false.
    if (!topic || (packet.retain && topic.channel === 'reading')) return undefined
    const readings = topic.channel === 'reading' ? countReadings(payload) : 0
    if (readings > 0) reporter.note(topic.authority, readings)
    const { authority, device } = topic
    const timeSlots = countTimeSlots(payload, readings)
    return { position: undefined, authority, device, receivedTime: clock.now(), timeSlots }
  }

  function toJournalled(packet: IPublishPacket): Origin | undefined {
    const properties = packet.properties?.userProperties ?? {}
    const position = Number(properties[POSITION_PROPERTY])
    const receivedTime = Number(properties[RECEIVED_TIME_PROPERTY])
    const authority =
      properties[AUTHORITY_PROPERTY] ??
      readTopic(packet.topic)?.authority ??
      parseSignRecord(packet.topic)?.authority
    if (!Number.isSafeInteger(position) || !Number.isSafeInteger(receivedTime) || authority === undefined) {
      return undefined
    }
    return { position, receivedTime, authority: String(authority), device: '', timeSlots: 0 }
  }
}

type Origin = Pick<Delivery, 'position' | 'authority' | 'device' | 'receivedTime' | 'timeSlots'>
