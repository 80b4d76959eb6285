import { messageOf } from '../model/error.ts'
import { countReadings, hasTime, type Message } from '../model/message.ts'
import { PAYLOAD_BYTES_MAX, type Reading } from '../model/reading.ts'
import type { NewQuarantined, Rejection } from '../model/rejection.ts'
import { parseSignRecord } from '../model/sign-topic.ts'
import { parseTopic } from '../model/topic.ts'
import type { DeviceDirectory } from '../registry/device-directory.ts'
import type { DeviceStatus, SeenSequence } from '../registry/registry.ts'
import type { Decoded } from './decoder.ts'
import { createRouteFinder, findRoute as findRouteOnce, type Route } from './find-route.ts'
import { sequenceOf } from './sequence-of.ts'
import { toReading } from './to-reading.ts'

/**
 * What messages came to. `messageIndexes` and `elementIndexes` run along with `readings`, `quarantinedMessageIndexes` with
 * `quarantined`, and say where each is from.
 */
export interface DecodedMessages {
  readonly readings: Reading[]
  readonly messageIndexes: number[]
  readonly elementIndexes: number[]
  readonly quarantined: NewQuarantined[]
  readonly quarantinedMessageIndexes: number[]
  readonly statuses: DeviceStatus[]
  /** The readings, by index, that have a `sequence` and no time of their own: they may be there already. */
  readonly resendable: { readonly index: number; readonly seen: SeenSequence }[]
  /** Status messages that say nothing that is known, or are not of a registered device. */
  ignoredStatuses: number
  /** The index of the first message that is not in here. */
  end: number
  /** The highest position so far, of these messages and those before them; -1 where none has one. */
  position: number
}

/**
 * Decodes and checks messages from `start` until there are `readingsMax` outcomes (a message is not split) or none are
 * left, those that were recorded before left out. Never throws: what fails is quarantined.
 */
export type DecodeMessages = (
  messages: readonly Message[],
  start: number,
  /** -1 where none is. */
  recordedPosition: number,
) => DecodedMessages

export function createMessageDecoder({
  directory,
  oldestDays,
  readingsMax,
}: {
  directory: DeviceDirectory
  oldestDays: number
  readingsMax: number
}): DecodeMessages {
  const findRoute = createRouteFinder()

  return (messages, start, recordedPosition) => {
    const out: DecodedMessages = {
      readings: [],
      messageIndexes: [],
      elementIndexes: [],
      quarantined: [],
      quarantinedMessageIndexes: [],
      statuses: [],
      resendable: [],
      ignoredStatuses: 0,
      end: start,
      position: recordedPosition,
    }
    while (out.end < messages.length && out.readings.length + out.quarantined.length < readingsMax) {
      const message = messages[out.end] as Message
      // A source whose connection was lost goes back, also to what is in this batch already.
      if (message.position === undefined || message.position > out.position) {
        decodeOrQuarantine(message, out.end, out)
        out.position = message.position ?? out.position
      }
      out.end += 1
    }
    return out
  }

  function decodeOrQuarantine(message: Message, messageIndex: number, out: DecodedMessages): void {
    const readingCount = out.readings.length
    const quarantinedCount = out.quarantined.length
    const resendableCount = out.resendable.length
    try {
      decodeMessage(message, messageIndex, out)
    } catch (error) {
      // A decoder's fault. What it has given of this message is taken back, so that all of it is together.
      out.readings.length = readingCount
      out.messageIndexes.length = readingCount
      out.elementIndexes.length = readingCount
      out.quarantined.length = quarantinedCount
      out.resendable.length = resendableCount
      for (const quarantined of quarantineUndecoded(message, messageOf(error)))
        out.quarantined.push(quarantined)
    }
    out.quarantinedMessageIndexes.length = quarantinedCount
    while (out.quarantinedMessageIndexes.length < out.quarantined.length) {
      out.quarantinedMessageIndexes.push(messageIndex)
    }
  }

  function decodeMessage(message: Message, messageIndex: number, out: DecodedMessages): void {
    const { authority, receivedTime } = message
    const route = findRoute(authority, message.topic)
    if (route.type === 'status') {
      readStatus(message, route, out)
      return
    }
    if (route.type === 'talk') return
    const decoded = route.decoder.decode(message.payload, message.topic)
    const sender = route.type === 'reading' ? route.sender : undefined
    if ('reason' in decoded) {
      out.quarantined.push(quarantine(message, sender?.device, message.payload, decoded, 0))
      return
    }
    const device = sender && directory.find(authority, sender.device)?.device
    const elements = decoded.isList ? (decoded.value as readonly unknown[]) : [decoded.value]
    for (let index = 0; index < elements.length; index += 1) {
      const element = elements[index]
      const outcome = sender
        ? toReading(element, { authority, sender, device, receivedTime, index, oldestDays })
        : unknownTopic(message.topic)
      if ('reason' in outcome) {
        const payload = payloadOf(message, decoded, element)
        const timelessIndex = hasTime(element) ? 0 : index
        out.quarantined.push(quarantine(message, sender?.device, payload, outcome, timelessIndex))
        continue
      }
      if (outcome.fields['sequence'] !== undefined && !hasTime(element)) {
        out.resendable.push({ index: out.readings.length, seen: sequenceOf(outcome, element) })
      }
      out.readings.push(outcome)
      out.messageIndexes.push(messageIndex)
      out.elementIndexes.push(index)
    }
  }

  function readStatus(message: Message, route: Route & { type: 'status' }, out: DecodedMessages): void {
    const { authority, kind, device } = route.topic
    const text = message.payload.byteLength <= 16 ? Buffer.from(message.payload).toString() : ''
    if (
      (text !== 'online' && text !== 'offline') ||
      directory.find(authority, device)?.device.kind !== kind
    ) {
      out.ignoredStatuses += 1
      return
    }
    const isOnline = text === 'online'
    out.statuses.push({ authority, kind, device, isOnline, time: message.receivedTime })
  }
}

function unknownTopic(topicName: string): Rejection {
  return { reason: 'unknown_topic', detail: `topic: ${topicName} is no topic that readings are sent to` }
}

/** What is kept of a reading that is refused: its own part of what was sent. */
function payloadOf(message: Message, decoded: Decoded, element: unknown): Uint8Array {
  return decoded.isList ? Buffer.from(JSON.stringify(element)) : message.payload
}

function quarantine(
  message: Message,
  device: string | undefined,
  payload: Uint8Array,
  rejection: Rejection,
  timelessIndex: number,
): NewQuarantined {
  return {
    authority: message.authority,
    device: device ?? null,
    topic: message.topic,
    payload: payload.byteLength > PAYLOAD_BYTES_MAX ? payload.subarray(0, PAYLOAD_BYTES_MAX) : payload,
    reason: rejection.reason,
    detail: rejection.detail,
    receivedTime: message.receivedTime + timelessIndex,
  }
}

/** A message that no decoder got through, as many times as it was counted; each element by itself where there are some. */
function quarantineUndecoded(message: Message, detail: string): NewQuarantined[] {
  const count = countReadings(message.payload)
  const rejection: Rejection = {
    reason: 'decoder_failed',
    detail: `payload: could not be decoded (${detail})`,
  }
  const elements: readonly unknown[] | undefined =
    count > 1 ? JSON.parse(Buffer.from(message.payload).toString()) : undefined
  return Array.from({ length: count }, (_, index) =>
    quarantine(
      message,
      parseTopic(message.topic)?.device ?? parseSignRecord(message.topic)?.device,
      elements ? Buffer.from(JSON.stringify(elements[index])) : message.payload,
      rejection,
      index,
    ),
  )
}

/** The quarantine's entry of a reading that had been decoded, but that the store refuses. */
export function quarantineReading(
  decoded: DecodedMessages,
  messages: readonly Message[],
  readingIndex: number,
  detail: string,
): NewQuarantined {
  const reading = decoded.readings[readingIndex] as Reading
  const message = messages[decoded.messageIndexes[readingIndex] as number] as Message
  const again = findRouteOnce(message.authority, message.topic)
  const parts = 'decoder' in again ? again.decoder.decode(message.payload, message.topic) : undefined
  const whole = parts && 'value' in parts ? parts : { value: undefined, isList: false }
  const elementIndex = decoded.elementIndexes[readingIndex] as number
  const element = whole.isList ? (whole.value as readonly unknown[])[elementIndex] : whole.value
  return {
    authority: reading.authority,
    device: reading.device,
    topic: message.topic,
    payload: payloadOf(message, whole, element),
    reason: 'refused_by_store',
    detail,
    receivedTime: hasTime(element) ? message.receivedTime : reading.time,
  }
}
