/** A value somewhere in a payload, by the names on the way to it, joined by dots. */
export interface PayloadField {
  readonly path: string
  readonly value: unknown
}

const FIELDS_MAX = 200

/** What a network's codec made of a payload, in a network's message; a payload by itself is it. */
export function findDecoded(sample: unknown): unknown {
  const message = sample as {
    uplink_message?: { decoded_payload?: unknown }
    deviceInfo?: unknown
    object?: unknown
  } | null
  if (typeof message !== 'object' || message === null) return undefined
  if (message.uplink_message !== undefined) return message.uplink_message.decoded_payload
  return message.deviceInfo === undefined ? message : message.object
}

/** All values that are no objects or arrays, in their order. */
export function listFields(payload: unknown): readonly PayloadField[] {
  const fields: PayloadField[] = []
  collect(payload, '')
  return fields

  function collect(value: unknown, path: string): void {
    if (fields.length >= FIELDS_MAX) return
    if (typeof value !== 'object' || value === null) {
      // A name with a dot or a space in it has no path.
      if (path !== '') fields.push({ path, value })
      return
    }
    for (const [name, inner] of Object.entries(value)) {
      if (!/[.\s]/.test(name)) collect(inner, path === '' ? name : `${path}.${name}`)
    }
  }
}
