import { strToU8, zipSync } from 'fflate'
import { planBuses } from './plan-buses.ts'
import type { Town } from './town.ts'

type Row = readonly (string | number)[]

const COLOURS = ['c8102e', '003594', '007a33', '6a1b9a', '8a4b08', '00677f', '9b2743', '3c1053']
const EVERY_DAY = [1, 1, 1, 1, 1, 1, 1]

/** What the timetable of a town is called: the same content has the same name. */
export function nameTownGtfs({ name, seed }: Pick<Town, 'name' | 'seed'>, year: number): string {
  return `${name.toLowerCase()}-${seed}-${year}`
}

/** The timetable of a town's buses as a GTFS zip, which holds from the year before one to the year after it. */
export function createTownGtfs(town: Town, year: number): Uint8Array {
  const blocks = [...planBuses(town).values()]
  const trips = blocks.flatMap((block) => block.trips.map((trip) => ({ ...trip, blockId: block.id })))
  const shapeOf = (lineId: string, isOutward: boolean): string => `${lineId}-${isOutward ? 'out' : 'back'}`
  const [firstDate, lastDate] = [`${year - 1}0101`, `${year + 1}1231`]
  const site = `https://${town.name.toLowerCase()}.example.com`
  const files: Readonly<Record<string, readonly Row[]>> = {
    'agency.txt': [
      ['agency_id', 'agency_name', 'agency_url', 'agency_timezone', 'agency_lang'],
      ['buses', `${town.name} Buses`, site, town.timeZone, 'en'],
    ],
    'feed_info.txt': [
      'feed_publisher_name,feed_publisher_url,feed_lang,feed_start_date,feed_end_date,feed_version,feed_contact_url'.split(
        ',',
      ),
      [`${town.name} Buses`, site, 'en', firstDate, lastDate, nameTownGtfs(town, year), site],
    ],
    'calendar.txt': [
      'service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date'.split(','),
      ['daily', ...EVERY_DAY, firstDate, lastDate],
    ],
    'stops.txt': [
      ['stop_id', 'stop_code', 'stop_name', 'stop_lat', 'stop_lon'],
      ...town.stops.map(({ id, name, position: [longitude, latitude] }) => {
        return [id, id.replace(/\D/g, ''), name, latitude, longitude]
      }),
    ],
    'routes.txt': [
      [
        'route_id',
        'agency_id',
        'route_short_name',
        'route_long_name',
        'route_type',
        'route_color',
        'route_text_color',
      ],
      ...town.lines.map(({ id, name }, index) => {
        return [id, 'buses', id, name, 3, COLOURS[index % COLOURS.length] ?? '', 'ffffff']
      }),
    ],
    'trips.txt': [
      ['route_id', 'service_id', 'trip_id', 'trip_headsign', 'direction_id', 'block_id', 'shape_id'],
      ...trips.map(({ id, line, isOutward, blockId }) => [
        line.id,
        'daily',
        id,
        line.termini[isOutward ? 1 : 0],
        isOutward ? 0 : 1,
        blockId,
        shapeOf(line.id, isOutward),
      ]),
    ],
    'stop_times.txt': [
      'trip_id,arrival_time,departure_time,stop_id,stop_sequence,shape_dist_traveled,timepoint'.split(','),
      ...trips.flatMap(({ id, calls }) =>
        calls.map(({ stopId, distanceM, seconds, isTimepoint }, index) => {
          const time = formatTime(seconds)
          return [id, time, time, stopId, index + 1, distanceM.toFixed(1), isTimepoint ? 1 : 0]
        }),
      ),
    ],
    'shapes.txt': [
      ['shape_id', 'shape_pt_lat', 'shape_pt_lon', 'shape_pt_sequence', 'shape_dist_traveled'],
      ...town.lines.flatMap((line) =>
        [true, false].flatMap((isOutward) => {
          const points = isOutward ? line.points : line.points.toReversed()
          const lengths = measure(points, line.lengthM)
          return points.map(([longitude, latitude], index) => {
            return [
              shapeOf(line.id, isOutward),
              latitude,
              longitude,
              index + 1,
              lengths[index]?.toFixed(1) ?? '',
            ]
          })
        }),
      ),
    ],
  }
  const bytes = Object.entries(files).map(([name, rows]) => {
    return [name, strToU8(rows.map((row) => `${row.map(quote).join(',')}\n`).join(''))] as const
  })
  // The same content is the same zip.
  return zipSync(Object.fromEntries(bytes), { mtime: `${year}-01-01T12:00:00Z` })
}

/** Metres along a line of positions, scaled to end at its length. */
function measure(points: Town['lines'][number]['points'], lengthM: number): number[] {
  const narrowing = Math.cos(((points[0]?.[1] ?? 0) * Math.PI) / 180)
  let total = 0
  const lengths = points.map(([longitude, latitude], index) => {
    const before = points[index - 1]
    if (before) total += Math.hypot((longitude - before[0]) * narrowing, latitude - before[1])
    return total
  })
  return lengths.map((length) => (length / total) * lengthM)
}

function formatTime(seconds: number): string {
  return [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
    .map((part) => String(part).padStart(2, '0'))
    .join(':')
}

function quote(value: string | number): string {
  const text = String(value)
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
