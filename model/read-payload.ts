import { isUtf8 } from 'node:buffer'
import { messageOf } from './error.ts'
import { isNestedTooDeep, NESTING_MAX } from './json-nesting.ts'
import { PAYLOAD_BYTES_MAX, READINGS_PER_PAYLOAD_MAX } from './reading.ts'
import type { Rejection } from './rejection.ts'
import { isCbor, isSenml, readSenml, readSenmlCbor, type SenmlReading } from './senml.ts'

/** What a payload is made of, of which nothing else is checked yet. */
export type Payload =
  | { readonly form: 'json'; readonly isList: boolean; readonly value: unknown }
  /** As many as there are readings, 1 to 1,000. */
  | { readonly form: 'senml'; readonly isList: true; readonly value: readonly SenmlReading[] }

/**
 * A payload taken apart: one JSON value; an array of 1 to 1,000, which stand or fall alone; or SenML (RFC 8428), in JSON or
 * CBOR, which is known by its content. What cannot be taken apart is one rejection.
 */
export function readPayload(payload: Uint8Array): Payload | Rejection {
  if (payload.byteLength > PAYLOAD_BYTES_MAX) {
    return {
      reason: 'too_large',
      detail: `payload: ${payload.byteLength} bytes are too many, up to ${PAYLOAD_BYTES_MAX} are allowed`,
    }
  }
  if (isCbor(payload)) return readCborPayload(payload)
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
  if (!Array.isArray(value)) return { form: 'json', value, isList: false }
  if (isSenml(value)) return readSenmlPayload(value as readonly unknown[])
  if (value.length === 0) {
    return { reason: 'empty', detail: 'payload: an empty array has no reading, 1 to 1000 are allowed' }
  }
  return tooMany(value.length) ?? { form: 'json', value, isList: true }
}

function readCborPayload(payload: Uint8Array): Payload | Rejection {
  let value: unknown
  try {
    value = readSenmlCbor(payload)
  } catch (error) {
    return { reason: 'not_cbor', detail: `payload: is not CBOR (${messageOf(error)})` }
  }
  if (isSenml(value)) return readSenmlPayload(value as readonly unknown[])
  return { reason: 'not_senml', detail: 'payload: is CBOR, but no SenML, of which alone CBOR is taken' }
}

function readSenmlPayload(value: readonly unknown[]): Payload | Rejection {
  const pack = readSenml(value)
  if ('fault' in pack) return { reason: 'not_senml', detail: `payload: is no SenML, it ${pack.fault}` }
  return tooMany(pack.readings.length) ?? { form: 'senml', value: pack.readings, isList: true }
}

function tooMany(count: number): Rejection | undefined {
  if (count <= READINGS_PER_PAYLOAD_MAX) return undefined
  return {
    reason: 'too_many_readings',
    detail: `payload: ${count} readings are too many, up to ${READINGS_PER_PAYLOAD_MAX} are allowed`,
  }
}
