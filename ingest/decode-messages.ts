import { messageOf } from '../model/error.ts'
import type { MappingDirectory } from '../model/mapping.ts'
import { hasTime, type Message } from '../model/message.ts'
import type { Reading } from '../model/reading.ts'
import type { NewQuarantined, Rejection } from '../model/rejection.ts'
import type { DeviceDirectory } from '../registry/device-directory.ts'
import type { DeviceStatus, SeenSequence } from '../registry/registry.ts'
import type { Sender } from './decoder.ts'
import { createRouteFinder, type Route } from './find-route.ts'
import { createElementReader, type ElementOutcome } from './mapping/read-element.ts'
import type { MappedElement, SummedReading } from './mapping/read-parts.ts'
import { listElements, payloadOf, quarantine, quarantineUndecoded } from './quarantine-element.ts'
import { sequenceOf } from './sequence-of.ts'
import { toReading } from './to-reading.ts'

/** What is known by a sequence or a frame counter: it may be there already, and then is given the time that it had. */
export interface Resendable {
  readonly seen: SeenSequence
  /** Of the readings that are of it. */
  readonly indexes: readonly number[]
  readonly counted: CountedElement | undefined
}

/** An element of which some readings are differences of sums, that are known once those before are. */
export interface CountedElement {
  readonly messageIndex: number
  readonly elementIndex: number
  /** At the times of their sums. */
  counters: readonly SummedReading[]
  /** Whether another reading of it counts already. */
  readonly isCounted: boolean
  refuse(rejection: Rejection): NewQuarantined
}

/**
 * What messages came to. `messageIndexes` and `elementIndexes` run along with `readings`, `quarantinedMessageIndexes` with
 * `quarantined`, and say where each is from.
 */
export interface DecodedMessages {
  readonly readings: Reading[]
  readonly messageIndexes: number[]
  readonly elementIndexes: number[]
  /** The readings, by index, that count together with another one of their element: an element counts once. */
  readonly uncounted: Set<number>
  readonly quarantined: NewQuarantined[]
  readonly quarantinedMessageIndexes: number[]
  readonly statuses: DeviceStatus[]
  /** What may be there already: it has no time of its own, but a sequence; or is an uplink. */
  readonly resendable: Resendable[]
  /** What is neither among the readings nor the quarantined yet. */
  readonly counted: CountedElement[]
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
  mappings,
  oldestDays,
  readingsMax,
}: {
  directory: DeviceDirectory
  mappings: MappingDirectory
  oldestDays: number
  readingsMax: number
}): DecodeMessages {
  const findRoute = createRouteFinder()
  const readElement = createElementReader({ mappings })

  return (messages, start, recordedPosition) => {
    const out: DecodedMessages = {
      readings: [],
      messageIndexes: [],
      elementIndexes: [],
      uncounted: new Set(),
      quarantined: [],
      quarantinedMessageIndexes: [],
      statuses: [],
      resendable: [],
      counted: [],
      ignoredStatuses: 0,
      end: start,
      position: recordedPosition,
    }
    while (out.end < messages.length && countOutcomes(out) < readingsMax) {
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
    const countedCount = out.counted.length
    try {
      decodeMessage(message, messageIndex, out)
    } catch (error) {
      // A decoder's fault. What it has given of this message is taken back, so that all of it is together.
      for (let index = readingCount; index < out.readings.length; index += 1) out.uncounted.delete(index)
      out.readings.length = readingCount
      out.messageIndexes.length = readingCount
      out.elementIndexes.length = readingCount
      out.quarantined.length = quarantinedCount
      out.resendable.length = resendableCount
      out.counted.length = countedCount
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
    const sender = findSender(authority, route)
    if ('reason' in decoded) {
      out.quarantined.push(quarantine(message, sender?.device, message.payload, decoded, 0))
      return
    }
    const device = sender && directory.find(authority, sender.device)?.device
    const elements = listElements(decoded)
    for (let index = 0; index < elements.length; index += 1) {
      const element = elements[index]
      let outcome: ElementOutcome
      if (!sender) outcome = unknownTopic(message.topic)
      else {
        const origin = { authority, sender, device, receivedTime, index, oldestDays }
        const isPlain = decoded.form === 'json' && route.type === 'reading' && !device?.settings.mapping
        outcome = isPlain ? toReading(element, origin) : readElement(element, route, origin)
      }
      if ('reason' in outcome) {
        const payload = payloadOf(message, decoded, index)
        const timelessIndex = hasTime(element) ? 0 : index
        out.quarantined.push(quarantine(message, sender?.device, payload, outcome, timelessIndex))
      } else if ('fields' in outcome) {
        if (outcome.fields['sequence'] !== undefined && !hasTime(element)) {
          const seen = sequenceOf(outcome, element)
          out.resendable.push({ seen, indexes: [out.readings.length], counted: undefined })
        }
        addReading(outcome, messageIndex, index, out)
      } else {
        const refuse = (rejection: Rejection) =>
          quarantine(message, sender?.device, payloadOf(message, decoded, index), rejection, 0)
        addMapped(outcome, { messageIndex, elementIndex: index, refuse }, out)
      }
    }
  }

  function findSender(authority: string, route: Route): Sender | undefined {
    if (route.type === 'reading') return route.sender
    if (route.type !== 'uplink' || route.topic.devEui === null) return undefined
    const { devEui } = route.topic
    return { device: directory.findByDevEui(authority, devEui)?.device.id ?? devEui, kind: undefined }
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

function countOutcomes({ readings, quarantined, counted }: DecodedMessages): number {
  return readings.length + quarantined.length + counted.length
}

function addReading(
  reading: Reading,
  messageIndex: number,
  elementIndex: number,
  out: DecodedMessages,
): void {
  out.readings.push(reading)
  out.messageIndexes.push(messageIndex)
  out.elementIndexes.push(elementIndex)
}

function addMapped(
  { readings, counters, seen }: MappedElement,
  origin: Pick<CountedElement, 'messageIndex' | 'elementIndex' | 'refuse'>,
  out: DecodedMessages,
): void {
  const indexes = readings.map((_, place) => out.readings.length + place)
  for (const reading of readings) addReading(reading, origin.messageIndex, origin.elementIndex, out)
  for (const index of indexes.slice(1)) out.uncounted.add(index)
  const counted = counters.length > 0 ? { ...origin, counters, isCounted: readings.length > 0 } : undefined
  if (counted) out.counted.push(counted)
  if (seen) out.resendable.push({ seen, indexes, counted })
}

function unknownTopic(topicName: string): Rejection {
  return { reason: 'unknown_topic', detail: `topic: ${topicName} is no topic that readings are sent to` }
}
