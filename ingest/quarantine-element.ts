import { hasTime, type Message } from '../model/message.ts'
import { type Payload, readPayload } from '../model/read-payload.ts'
import { PAYLOAD_BYTES_MAX, type Reading } from '../model/reading.ts'
import type { NewQuarantined, Rejection } from '../model/rejection.ts'
import { SenmlReading, toSenmlPack } from '../model/senml.ts'
import { parseSignRecord } from '../model/sign-topic.ts'
import { parseTopic } from '../model/topic.ts'
import { parseUplinkTopic } from '../model/uplink-topic.ts'
import { findRoute } from './find-route.ts'

export function quarantine(
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

/** What a payload is made of: each stands or falls alone. */
export function listElements(decoded: Payload): readonly unknown[] {
  return decoded.isList ? (decoded.value as readonly unknown[]) : [decoded.value]
}

/** What is kept of a reading that is refused: its own part of what was sent, of SenML as a pack of its own. */
export function payloadOf(message: Message, decoded: Payload, index: number): Uint8Array {
  if (!decoded.isList) return message.payload
  const element = listElements(decoded)[index]
  return Buffer.from(JSON.stringify(element instanceof SenmlReading ? toSenmlPack(element) : element))
}

/** A message that no decoder got through, as many times as it was counted; each element by itself where there are some. */
export function quarantineUndecoded(message: Message, detail: string): NewQuarantined[] {
  const { topic } = message
  const device =
    parseTopic(topic)?.device ??
    parseSignRecord(topic)?.device ??
    parseUplinkTopic(topic)?.devEui ??
    undefined
  const rejection: Rejection = {
    reason: 'decoder_failed',
    detail: `payload: could not be decoded (${detail})`,
  }
  const read = readPayload(message.payload)
  if ('reason' in read) return [quarantine(message, device, message.payload, rejection, 0)]
  return listElements(read).map((_, index) =>
    quarantine(message, device, payloadOf(message, read, index), rejection, index),
  )
}

/** Where readings are from, as in `DecodedMessages`. */
interface ReadingOrigins {
  readonly readings: readonly Reading[]
  readonly messageIndexes: readonly number[]
  readonly elementIndexes: readonly number[]
}

/** The quarantine's entry of a reading that had been decoded, but that the store refuses. */
export function quarantineReading(
  decoded: ReadingOrigins,
  messages: readonly Message[],
  readingIndex: number,
  detail: string,
): NewQuarantined {
  const reading = decoded.readings[readingIndex] as Reading
  const message = messages[decoded.messageIndexes[readingIndex] as number] as Message
  const elementIndex = decoded.elementIndexes[readingIndex] as number
  const rejection: Rejection = { reason: 'refused_by_store', detail }
  const route = findRoute(message.authority, message.topic)
  const read = 'decoder' in route ? route.decoder.decode(message.payload, message.topic) : undefined
  if (!read || 'reason' in read) return quarantine(message, reading.device, message.payload, rejection, 0)
  const payload = payloadOf(message, read, elementIndex)
  const element = listElements(read)[elementIndex]
  // A reading that told no time keeps the one that it was given, unless that is another's: a network's, or a resend's.
  const isTimeless = route.type === 'reading' && !hasTime(element)
  return {
    ...quarantine(message, reading.device, payload, rejection, 0),
    ...(isTimeless && { receivedTime: reading.time }),
  }
}
