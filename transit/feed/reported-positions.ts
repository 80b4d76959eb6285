import gtfsRealtime from 'gtfs-realtime-bindings'
import type { Reading } from '../../model/reading.ts'
import { isCovered } from '../coverage.ts'
import type { Timetable } from '../timetable/timetable.ts'
import type { Entity } from './feed-message.ts'
import {
  COVERAGE_MAX_METRES,
  isOccupancyStatus,
  PATH_SECONDS,
  POSITION_AGE_MAX_SECONDS,
} from './vehicle-positions.ts'

const { VehiclePosition } = gtfsRealtime.transit_realtime

export interface ReportedPositions {
  /** The latest of each vehicle. */
  readonly readings: readonly Reading[]
  /** A vehicle's name, null where it has none; undefined where there is no such vehicle, which is left out. */
  readonly labelOf: (device: string) => string | null | undefined
  /** What is far away from its lines is left out. */
  readonly timetable?: Timetable | undefined
  /** ms since 1970 */
  readonly now: number
  /** Clock.speed */
  readonly speed: number
}

/** Where vehicles are by their own word: all that can be told without a timetable. */
export function createReportedEntities({
  readings,
  labelOf,
  timetable,
  now,
  speed,
}: ReportedPositions): Entity[] {
  const oldest = now - (POSITION_AGE_MAX_SECONDS + PATH_SECONDS * (speed - 1)) * 1000
  return readings.flatMap((reading) => {
    const label = labelOf(reading.device)
    if (label === undefined || reading.time < oldest) return []
    const { longitude, latitude } = reading.fields
    const place = { longitude: Number(longitude), latitude: Number(latitude) }
    if (timetable && !isCovered(timetable, place, COVERAGE_MAX_METRES)) return []
    return [formatEntity(reading, label, Math.floor(now / 1000))]
  })
}

function formatEntity({ device, time, fields }: Reading, label: string | null, nowSeconds: number): Entity {
  const text = (name: string): string | undefined => {
    const value = fields[name]
    return typeof value === 'string' ? value : undefined
  }
  const number = (name: string): number | undefined => {
    const value = fields[name]
    return typeof value === 'number' ? value : undefined
  }
  const [tripId, routeId, startDate] = [text('tripId'), text('routeId'), text('startDate')]
  const speedKph = number('speedKph')
  const bearing = number('bearingDegrees')
  const occupancy = text('occupancyStatus')
  return {
    id: device,
    vehicle: {
      ...((tripId !== undefined || routeId !== undefined) && {
        trip: {
          ...(tripId !== undefined && { tripId }),
          ...(startDate !== undefined && { startDate }),
          ...(routeId !== undefined && { routeId }),
        },
      }),
      vehicle: { id: device, ...(label !== null && { label }) },
      position: {
        latitude: number('latitude') ?? 0,
        longitude: number('longitude') ?? 0,
        ...(bearing !== undefined && { bearing }),
        // Metres a second.
        ...(speedKph !== undefined && { speed: speedKph / 3.6 }),
      },
      // A vehicle's clock may be a little ahead, but nothing in a feed is later than the feed.
      timestamp: Math.min(Math.floor(time / 1000), nowSeconds),
      ...(isOccupancyStatus(occupancy) && { occupancyStatus: VehiclePosition.OccupancyStatus[occupancy] }),
    },
  }
}
