import { hash } from 'node:crypto'
import type { Kind } from '../model/device.ts'
import { PAYLOAD_SCHEMAS, type Reading } from '../model/reading.ts'
import type { SeenSequence } from '../registry/registry.ts'

/** How a reading without a time of its own is known again. */
export function sequenceOf(reading: Reading, element: unknown): SeenSequence {
  return {
    authority: reading.authority,
    device: reading.device,
    sequence: reading.fields['sequence'] as number,
    hash: hashContent(reading.kind, element),
    time: reading.time,
  }
}

/**
 * Of the fields that Kerbside knows, in the order of their names: a network that adds how well it received each of two
 * copies does not make two readings of them.
 */
function hashContent(kind: Kind, element: unknown): string {
  const known: Record<string, unknown> = {}
  for (const name of Object.keys(PAYLOAD_SCHEMAS[kind].shape)) {
    if (name !== 'device') known[name] = Reflect.get(element as object, name)
  }
  return hash('sha256', `${kind} ${toCanonicalJson(known)}`).slice(0, 32)
}

function toCanonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  )
}
