import { isUtf8 } from 'node:buffer'
import { messageOf } from '../../model/error.ts'
import { isNestedTooDeep, NESTING_MAX } from '../../model/json-nesting.ts'
import { PAYLOAD_BYTES_MAX, READINGS_PER_PAYLOAD_MAX } from '../../model/reading.ts'
import type { Rejection } from '../../model/rejection.ts'
import { parseTopic } from '../../model/topic.ts'
import type { Decoded, Decoder, Sender } from '../decoder.ts'

/** Kerbside's own: one JSON object, or an array of up to 1,000, on `kerbside/v1/{authority}/{kind}/{device}/reading`. */
export const kerbsideJson: Decoder = { findSender, decode }

function findSender(authority: string, topicName: string): Sender | undefined {
  const topic = parseTopic(topicName)
  if (topic?.channel !== 'reading' || topic.authority !== authority) return undefined
  return { device: topic.device, kind: topic.kind }
}

function decode(payload: Uint8Array): Decoded | Rejection {
  if (payload.byteLength > PAYLOAD_BYTES_MAX) {
    return {
      reason: 'too_large',
      detail: `payload: ${payload.byteLength} bytes are too many, up to ${PAYLOAD_BYTES_MAX} are allowed`,
    }
  }
  if (isNestedTooDeep(payload)) {
    return {
      reason: 'too_deep',
      detail: `payload: arrays and objects are nested too deep, up to ${NESTING_MAX} levels are allowed`,
    }
  }
  // A replacement character in place of what was meant would be kept as if it had been sent.
  if (!isUtf8(payload)) {
    return { reason: 'not_json', detail: 'payload: is not UTF-8, as JSON has to be (RFC 8259, 8.1)' }
  }
  let value: unknown
  try {
    value = JSON.parse(Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString())
  } catch (error) {
    return { reason: 'not_json', detail: `payload: is not JSON (${messageOf(error)})` }
  }
  if (!Array.isArray(value)) return { value, isList: false }
  if (value.length === 0) {
    return { reason: 'empty', detail: 'payload: an empty array has no reading, 1 to 1000 are allowed' }
  }
  if (value.length > READINGS_PER_PAYLOAD_MAX) {
    return {
      reason: 'too_many_readings',
      detail: `payload: ${value.length} readings are too many, up to ${READINGS_PER_PAYLOAD_MAX} are allowed`,
    }
  }
  return { value, isList: true }
}
