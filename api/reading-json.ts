import { z } from 'zod'
import type { Kind } from '../model/device.ts'
import {
  countsField,
  type FieldValue,
  LIST_FIELDS,
  PAYLOAD_SCHEMAS,
  type Reading,
  ROAD_USERS,
} from '../model/reading.ts'
import { formatTime } from '../model/time.ts'

/** A reading on the wire: the names that the device itself used, with whose it is and when it arrived. */
export function formatReading(reading: Reading, wanted?: ReadonlySet<string>): Record<string, unknown> {
  return {
    device: reading.device,
    time: formatTime(reading.time),
    receivedTime: formatTime(reading.receivedTime),
    ...nestFields(reading.fields, wanted),
  }
}

/** The store's flat fields as they came: counts by road user in `counts`, lists as lists. */
export function nestFields(
  fields: Readonly<Record<string, FieldValue>>,
  wanted?: ReadonlySet<string>,
): Record<string, unknown> {
  const nested: Record<string, unknown> = {}
  let counts: Record<string, FieldValue> | undefined
  for (const name in fields) {
    if (wanted && !wanted.has(name)) continue
    const value = fields[name] as FieldValue
    const roadUser = ROAD_USER_BY_FIELD.get(name)
    if (roadUser !== undefined) {
      if (!counts) {
        counts = {}
        nested['counts'] = counts
      }
      counts[roadUser] = value
    } else {
      nested[name] = LIST_FIELDS.has(name) ? JSON.parse(String(value)) : value
    }
  }
  return nested
}

/** The store's names of the counts of each road user. */
export const COUNTS_FIELDS: readonly string[] = ROAD_USERS.map(countsField)

const ROAD_USER_BY_FIELD = new Map<string, string>(
  ROAD_USERS.map((roadUser) => [countsField(roadUser), roadUser]),
)

function readingSchema<K extends Kind>(kind: K) {
  const shape: Readonly<Record<string, z.ZodType>> = PAYLOAD_SCHEMAS[kind].shape
  return z.object({
    ...Object.fromEntries(Object.entries(shape).map(([name, field]) => [name, field.optional()])),
    device: z.string(),
    time: z.iso.datetime(),
    receivedTime: z.iso.datetime(),
  })
}

export const readingSchemas = {
  bin: readingSchema('bin'),
  traffic: readingSchema('traffic'),
  display: readingSchema('display'),
  vehicle: readingSchema('vehicle'),
}
