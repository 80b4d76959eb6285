import type { Reading } from '../../model/reading.ts'

/** Where a vehicle was, and what it says that it does. */
export interface Sighting {
  readonly vehicle: string
  /** In ms since 1970. */
  readonly time: number
  readonly longitude: number
  readonly latitude: number
  readonly bearingDegrees: number | null
  readonly speedKph: number | null
  readonly occupancyStatus: string | null
  readonly tripId: string | null
  readonly routeId: string | null
  /** 0 or 1, as GTFS has it. */
  readonly directionId: number | null
  /** Such as 20260216. */
  readonly startDate: string | null
  /** Such as 25:10:00. */
  readonly startTime: string | null
}

/**
 * Of a reading of a vehicle; undefined where it tells no place. A clock that is ahead is taken as far as the message's
 * receipt: otherwise the bus would pass stops in the future, and be on the boards of those that it has left.
 */
export function toSighting({ device, time, receivedTime, fields }: Reading): Sighting | undefined {
  const number = (name: string): number | null => {
    const value = fields[name]
    return typeof value === 'number' ? value : null
  }
  const text = (name: string): string | null => {
    const value = fields[name]
    return typeof value === 'string' && value !== '' ? value : null
  }
  const longitude = number('longitude')
  const latitude = number('latitude')
  // A receiver that has no fix yet says that it is in the Gulf of Guinea.
  if (longitude === null || latitude === null || (longitude === 0 && latitude === 0)) return undefined
  return {
    vehicle: device,
    time: Math.min(time, receivedTime),
    longitude,
    latitude,
    bearingDegrees: number('bearingDegrees'),
    speedKph: number('speedKph'),
    occupancyStatus: text('occupancyStatus'),
    tripId: text('tripId'),
    routeId: text('routeId'),
    directionId: number('directionId'),
    startDate: text('startDate'),
    startTime: text('startTime'),
  }
}
