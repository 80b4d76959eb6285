import type { Reading } from '../model/reading.ts'
import { parseTime } from '../model/time.ts'
import type { Passage } from '../transit/live/take-passage.ts'

/** What a display's reading says of vehicles that came and went at its stops; none where it has no stops. */
export function listPassages({ fields }: Reading, stopIds: readonly string[]): Passage[] {
  const text = fields['passages']
  if (typeof text !== 'string' || stopIds.length === 0) return []
  // The ingest has checked it, and keeps lists as JSON.
  const passages = JSON.parse(text) as {
    vehicle?: string
    tripId?: string
    arrivalTime?: string
    departureTime?: string
  }[]
  return passages.map(({ vehicle = null, tripId = null, arrivalTime, departureTime }) => ({
    stopIds,
    vehicle,
    tripId,
    arrivalTime: parseTime(arrivalTime) ?? null,
    departureTime: parseTime(departureTime) ?? null,
  }))
}
