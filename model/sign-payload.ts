import { isUtf8 } from 'node:buffer'
import { isNestedTooDeep } from './json-nesting.ts'
import { PAYLOAD_BYTES_MAX } from './reading.ts'
import type { Sign } from './sign.ts'

/** The one object inside of a T047 payload, such as `{"heartbeat": {…}}`. */
export type SignBody = Readonly<Record<string, unknown>>

/** Reads a T047 payload; undefined where it is no JSON object with an object in it. */
export function readSignPayload(payload: Uint8Array): SignBody | undefined {
  if (payload.byteLength > PAYLOAD_BYTES_MAX || isNestedTooDeep(payload) || !isUtf8(payload)) return undefined
  try {
    const text = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString()
    return unwrapSignBody(JSON.parse(text))
  } catch {
    return undefined
  }
}

/**
 * Takes off the name around the message. The standard's own example of an acknowledgement has it twice, so displays may
 * have, too.
 */
export function unwrapSignBody(value: unknown): SignBody | undefined {
  let body = innerOf(value)
  while (body && Object.keys(body).length === 1) {
    const inner = innerOf(body)
    if (!inner) break
    body = inner
  }
  return body
}

function innerOf(value: unknown): SignBody | undefined {
  if (!isObject(value)) return undefined
  return Object.values(value).find(isObject)
}

function isObject(value: unknown): value is SignBody {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Whether a message says that it is of another sign; one that names none is of who sent it. */
export function isOfAnother(body: SignBody, { vendorId, deviceId }: Sign): boolean {
  const { vendorId: vendor, deviceId: device } = body
  return (vendor !== undefined && vendor !== vendorId) || (device !== undefined && device !== deviceId)
}
