import { zipSync } from 'fflate'
import type { Random } from '../../model/random.ts'

const ROUTES = 3
const STOPS = 26
/** Every so many stops a time is exact. */
const TIMEPOINT_EVERY = 6
const FIRST_DEPARTURE = 5.5 * 3600
const LAST_DEPARTURE = 23 * 3600
const HEADWAY_SECONDS = 720
const LATITUDE = 51.5
const METRES_PER_DEGREE = 111_195
/** What a planner adds, so that most buses are in time. */
const PADDING = 1.05
const LAYOVER_SECONDS = 300

/** A stop of a direction: metres along its way, and the seconds that the link to it takes in the mean. */
interface TownStop {
  readonly id: string
  readonly distanceM: number
  readonly seconds: number
  readonly isTimepoint: boolean
}

export interface TownDirection {
  readonly id: string
  readonly latitude: number
  /** 1 to the east, -1 to the west. */
  readonly heading: number
  readonly lengthM: number
  readonly stops: readonly TownStop[]
}

export interface TownTrip {
  readonly id: string
  readonly block: string
  readonly direction: TownDirection
  /** Seconds of the day, by stop. */
  readonly times: readonly number[]
}

export interface TownFeed {
  readonly zip: Uint8Array
  /** In the order of their blocks, and of the time in each. */
  readonly trips: readonly TownTrip[]
}

/** Three bus routes to and fro with a timetable that knows no rush hours, as a GTFS feed that runs each day of 2026. */
export function createTownFeed(random: Random): TownFeed {
  const trips: TownTrip[] = []
  for (let route = 0; route < ROUTES; route += 1) {
    const ways = [1, -1].map((heading) => createDirection(route, heading, random))
    const free: { block: string; time: number; way: number }[] = []
    for (let start = FIRST_DEPARTURE; start <= LAST_DEPARTURE; start += HEADWAY_SECONDS) {
      for (const [way, direction] of ways.entries()) {
        const at = free.findIndex((bus) => bus.way === way && bus.time <= start)
        const block = at === -1 ? `${direction.id}-${start}` : (free.splice(at, 1)[0]?.block ?? '')
        let time = start
        const times = direction.stops.map(({ seconds }, index) => {
          time += index === 0 ? 0 : seconds * PADDING
          return Math.round(time)
        })
        free.push({ block, time: time + LAYOVER_SECONDS, way: 1 - way })
        trips.push({ id: `${direction.id}-${start}`, block, direction, times })
      }
    }
  }
  return { zip: writeFeed(trips), trips }
}

export function longitudeAt({ heading, lengthM }: TownDirection, distanceM: number): number {
  const eastM = heading === 1 ? distanceM : lengthM - distanceM
  return eastM / (METRES_PER_DEGREE * Math.cos((LATITUDE * Math.PI) / 180))
}

function createDirection(route: number, heading: number, random: Random): TownDirection {
  let distanceM = 0
  const id = `R${route}-${heading === 1 ? 'east' : 'west'}`
  const stops = Array.from({ length: STOPS }, (_, index): TownStop => {
    const linkM = index === 0 ? 0 : 250 + 350 * random()
    distanceM += linkM
    // From 3.5 to 7 m/s with the halts, by the street.
    const seconds = linkM / (3.5 + 3.5 * random())
    return { id: `${id}-${index}`, distanceM, seconds, isTimepoint: index % TIMEPOINT_EVERY === 0 }
  })
  return { id, latitude: LATITUDE + route * 0.01, heading, lengthM: distanceM, stops }
}

function writeFeed(trips: readonly TownTrip[]): Uint8Array {
  const directions = [...new Set(trips.map(({ direction }) => direction))]
  const files: Record<string, readonly (readonly (string | number)[])[]> = {
    'agency.txt': [
      ['agency_id', 'agency_name', 'agency_url', 'agency_timezone'],
      ['town', 'Town', 'https://town.example', 'Europe/London'],
    ],
    'calendar.txt': [
      'service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date'.split(','),
      ['daily', 1, 1, 1, 1, 1, 1, 1, 20260101, 20261231],
    ],
    'routes.txt': [
      ['route_id', 'agency_id', 'route_short_name', 'route_type'],
      ...directions.map(({ id }) => [id, 'town', id, 3]),
    ],
    'stops.txt': [
      ['stop_id', 'stop_name', 'stop_lat', 'stop_lon'],
      ...directions.flatMap((direction) =>
        direction.stops.map(({ id, distanceM }) => [
          id,
          id,
          direction.latitude,
          longitudeAt(direction, distanceM),
        ]),
      ),
    ],
    'shapes.txt': [
      ['shape_id', 'shape_pt_lat', 'shape_pt_lon', 'shape_pt_sequence'],
      ...directions.flatMap((direction) =>
        direction.stops.map(({ distanceM }, index) => [
          direction.id,
          direction.latitude,
          longitudeAt(direction, distanceM),
          index,
        ]),
      ),
    ],
    'trips.txt': [
      ['route_id', 'service_id', 'trip_id', 'block_id', 'shape_id'],
      ...trips.map(({ id, block, direction }) => [direction.id, 'daily', id, block, direction.id]),
    ],
    'stop_times.txt': [
      ['trip_id', 'arrival_time', 'departure_time', 'stop_id', 'stop_sequence', 'timepoint'],
      ...trips.flatMap(({ id, direction, times }) =>
        direction.stops.map((stop, index) => {
          const time = formatTime(times[index] ?? 0)
          return [id, time, time, stop.id, index, Number(stop.isTimepoint)]
        }),
      ),
    ],
  }
  const texts = Object.entries(files).map(([name, rows]) => {
    return [name, new TextEncoder().encode(rows.map((row) => `${row.join(',')}\n`).join(''))] as const
  })
  return zipSync(Object.fromEntries(texts))
}

function formatTime(seconds: number): string {
  return [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
    .map((part) => String(part).padStart(2, '0'))
    .join(':')
}
