import { LIST_FIELDS, type Reading } from '../../model/reading.ts'
import type { Entity } from './entity-model.ts'
import { PLACE_FIELD } from './observed-properties.ts'
import { createTimeSpan, type TimeSpan } from './time-span.ts'

/** What a reading says in one field, as an Observation of the Datastream that this id is of; undefined where it says nothing. */
export function createObservation(datastreamId: string, field: string, reading: Reading): Entity | undefined {
  const result = resultOf(reading, field)
  if (result === undefined) return undefined
  return {
    type: 'Observation',
    id: `${datastreamId}@${reading.time}`,
    properties: {
      phenomenonTime: spanOf(reading),
      result,
      resultTime: createTimeSpan(reading.receivedTime),
    },
  }
}

/** When it was measured; a counter counts over an interval. */
export function spanOf({ time, fields: { intervalSeconds } }: Reading): TimeSpan {
  return createTimeSpan(time, typeof intervalSeconds === 'number' ? time + intervalSeconds * 1000 : time)
}

/** The Datastream and the time, in ms since 1970, that an Observation's id consists of; undefined where it is none. */
export function parseObservationId(id: string): { datastreamId: string; time: number } | undefined {
  const match = /^(.+)@(-?\d{1,16})$/s.exec(id)
  return match ? { datastreamId: match[1] ?? '', time: Number(match[2]) } : undefined
}

/** The value of an observed field; undefined where the reading has none. */
export function resultOf({ fields }: Reading, field: string): unknown {
  if (field !== PLACE_FIELD) {
    const value = fields[field]
    return typeof value === 'string' && LIST_FIELDS.has(field) ? JSON.parse(value) : value
  }
  const { longitude, latitude } = fields
  if (longitude === undefined || latitude === undefined) return undefined
  return { type: 'Point', coordinates: [longitude, latitude] }
}
