import { closeSync, openSync, writeSync } from 'node:fs'
import { Zip, ZipDeflate } from 'fflate'

/** As a large network has them: of every pattern some hundred trips. */
const STOPS_OF_TRIP = 40
const STOPS = 20_000
const PATTERNS = 2_000
const POINTS_OF_SHAPE = 200
/** Rows written at once. */
const ROWS = 20_000

/**
 * Writes a feed of so many stop times to a zip as it is made, so that it takes no memory to speak of. Patterns are straight
 * lines across a grid of stops; no distances are given, so all are worked out.
 */
export function generateFeed(path: string, stopTimes: number): void {
  const handle = openSync(path, 'w')
  const zip = new Zip((error, piece) => {
    if (error) throw error
    writeSync(handle, piece)
  })
  const trips = Math.ceil(stopTimes / STOPS_OF_TRIP)
  const file = (name: string, header: string, rows: Iterable<string>): void => {
    const entry = new ZipDeflate(name, { level: 1 })
    zip.add(entry)
    let text = `${header}\n`
    let count = 0
    for (const row of rows) {
      text += `${row}\n`
      count += 1
      if (count % ROWS !== 0) continue
      entry.push(new TextEncoder().encode(text))
      text = ''
    }
    entry.push(new TextEncoder().encode(text), true)
  }
  file('agency.txt', 'agency_id,agency_name,agency_url,agency_timezone', [
    '1,Generated,https://buses.example,Europe/London',
  ])
  file(
    'calendar.txt',
    'service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date',
    ['1,1,1,1,1,1,1,1,20260101,20261231'],
  )
  file(
    'routes.txt',
    'route_id,agency_id,route_short_name,route_type',
    list(PATTERNS, (pattern) => `r${pattern},1,${pattern},3`),
  )
  file(
    'stops.txt',
    'stop_id,stop_name,stop_lat,stop_lon',
    list(STOPS, (stop) => `stop-${stop},Stop ${stop},${latitudeOf(stop)},${longitudeOf(stop)}`),
  )
  file(
    'shapes.txt',
    'shape_id,shape_pt_lat,shape_pt_lon,shape_pt_sequence',
    list(PATTERNS * POINTS_OF_SHAPE, (index) => {
      const pattern = Math.floor(index / POINTS_OF_SHAPE)
      const point = index % POINTS_OF_SHAPE
      const along = (point / (POINTS_OF_SHAPE - 1)) * (STOPS_OF_TRIP - 1)
      const stop = firstStopOf(pattern)
      return `s${pattern},${latitudeOf(stop)},${(Number(longitudeOf(stop)) + along * STEP_DEGREES).toFixed(6)},${point}`
    }),
  )
  file(
    'trips.txt',
    'route_id,service_id,trip_id,trip_headsign,direction_id,block_id,shape_id',
    list(trips, (trip) => {
      const pattern = trip % PATTERNS
      return `r${pattern},1,trip-${trip},Terminus ${pattern},0,,s${pattern}`
    }),
  )
  file(
    'stop_times.txt',
    'trip_id,arrival_time,departure_time,stop_id,stop_sequence,pickup_type,drop_off_type,timepoint',
    list(stopTimes, (index) => {
      const trip = Math.floor(index / STOPS_OF_TRIP)
      const call = index % STOPS_OF_TRIP
      const seconds = 14_400 + ((trip * 97) % 72_000) + call * 75
      const time = formatTime(seconds)
      return `trip-${trip},${time},${time},stop-${firstStopOf(trip % PATTERNS) + call},${call + 1},0,0,${call % 8 === 0 ? 1 : 0}`
    }),
  )
  zip.end()
  closeSync(handle)
}

const STEP_DEGREES = 0.004
const STOPS_OF_ROW = 200

function* list(count: number, rowOf: (index: number) => string): Generator<string> {
  for (let index = 0; index < count; index += 1) yield rowOf(index)
}

function firstStopOf(pattern: number): number {
  const row = pattern % (STOPS / STOPS_OF_ROW)
  return row * STOPS_OF_ROW + ((pattern * 7) % (STOPS_OF_ROW - STOPS_OF_TRIP))
}

function latitudeOf(stop: number): string {
  return (51 + Math.floor(stop / STOPS_OF_ROW) * STEP_DEGREES).toFixed(6)
}

function longitudeOf(stop: number): string {
  return ((stop % STOPS_OF_ROW) * STEP_DEGREES).toFixed(6)
}

function formatTime(seconds: number): string {
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
  return parts.map((part) => String(part).padStart(2, '0')).join(':')
}
