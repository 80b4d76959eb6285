import { formatTime } from '../../model/time.ts'
import { lengthOfLineM, type Point, pointAlong } from '../town/geometry.ts'
import type { Line, Position, Vehicle } from '../town/town.ts'
import type { LocalTime } from './local-time.ts'
import type { Noise } from './noise.ts'
import { reportTimes, type Span, type TimedPayload } from './timed-payload.ts'

export const BUS_INTERVAL_SECONDS = 15
// A service day begins at 04:00, as GTFS's may: a bus after midnight belongs to the day before.
const DAY_BEGINS_SECONDS = 4 * 3600
const FIRST_DEPARTURE_SECONDS = 1 * 3600
const LAST_DEPARTURE_SECONDS = 20 * 3600
const PLANNED_METRES_A_SECOND = 7.6
const PLANNED_DWELL_SECONDS = 20
const LAYOVER_SECONDS = 300
const OCCUPANCIES = ['EMPTY', 'MANY_SEATS_AVAILABLE', 'FEW_SEATS_AVAILABLE', 'STANDING_ROOM_ONLY'] as const

/** Where a bus is, every 15 seconds: to and fro on its line, held up by traffic, waiting at stops and at the ends. */
export function* busPositions(
  { line, vehicle, vehiclesOnLine }: { line: Line; vehicle: Vehicle; vehiclesOnLine: number },
  span: Span,
  { localTime, noise }: { localTime: (time: number) => LocalTime; noise: Noise },
): Generator<TimedPayload> {
  const track = createTrack(line)
  const planSeconds = Math.ceil(
    line.lengthM / PLANNED_METRES_A_SECOND + line.stops.length * PLANNED_DWELL_SECONDS + LAYOVER_SECONDS,
  )
  const legSeconds = Math.ceil(planSeconds / 60) * 60
  const headStartSeconds = Math.round((vehicle.blockIndex * 2 * legSeconds) / vehiclesOnLine / 60) * 60
  const offsetMs = Math.floor(noise.at('offset', 0) * BUS_INTERVAL_SECONDS * 1000)
  let run: { key: string; course: Course } | undefined
  for (const time of reportTimes(span, BUS_INTERVAL_SECONDS * 1000, offsetMs)) {
    const position = locate(time)
    if (position) yield { time, sentTime: time, payload: position }
  }

  function locate(time: number): Record<string, unknown> | undefined {
    const local = localTime(time)
    const sinceBegin = (local.seconds - DAY_BEGINS_SECONDS + 86_400) % 86_400
    // The first bus of a line runs through the night, so that a town never stands still.
    const begins = vehicle.blockIndex === 0 ? 0 : FIRST_DEPARTURE_SECONDS + headStartSeconds
    const legIndex = Math.floor((sinceBegin - begins) / legSeconds)
    const departure = begins + legIndex * legSeconds
    if (legIndex < 0 || (vehicle.blockIndex > 0 && departure > LAST_DEPARTURE_SECONDS)) return undefined
    const isOutward = legIndex % 2 === 0
    const serviceDay = local.asUtc - sinceBegin * 1000
    const startDate = new Date(serviceDay).toISOString().slice(0, 10).replaceAll('-', '')
    const key = `${startDate} ${legIndex}`
    const trip = Math.floor(serviceDay / 86_400_000) * 1_000 + legIndex
    if (run?.key !== key) run = { key, course: createCourse(trip, isOutward) }
    const { distanceM, speedKph } = courseAt(run.course, sinceBegin - departure)
    const { position, bearingDegrees } = track(isOutward ? distanceM : line.lengthM - distanceM, isOutward)
    const step = Math.floor(time / 1000)
    const jitter = (): number => 0.00001 * noise.bellAt('place', step)
    return {
      time: formatTime(time),
      sequence: Math.floor(time / (BUS_INTERVAL_SECONDS * 1000)),
      longitude: Math.round((position[0] + jitter()) * 1e6) / 1e6,
      latitude: Math.round((position[1] + jitter()) * 1e6) / 1e6,
      bearingDegrees: Math.round(bearingDegrees) % 360,
      speedKph: Math.round(speedKph * 10) / 10,
      routeId: line.id,
      tripId: `${line.id}-${isOutward ? 'out' : 'back'}-${timeOfDay(departure + DAY_BEGINS_SECONDS)}`,
      startDate,
      occupancyStatus: OCCUPANCIES[Math.floor(noise.at('load', trip) * OCCUPANCIES.length)],
    }
  }

  /** How a trip really goes: faster or slower than planned, and differently from stop to stop. */
  function createCourse(trip: number, isOutward: boolean): Course {
    const distances = line.stops.map(({ distanceM }) => (isOutward ? distanceM : line.lengthM - distanceM))
    if (!isOutward) distances.reverse()
    const pace = 0.92 + 0.24 * noise.at('pace', trip)
    const course: { seconds: number; distanceM: number }[] = []
    let seconds = 0
    let last = distances[0] as number
    for (const [index, distanceM] of distances.entries()) {
      const step = trip * 64 + index
      seconds += ((distanceM - last) / PLANNED_METRES_A_SECOND) * pace * (0.85 + 0.3 * noise.at('link', step))
      course.push({ seconds, distanceM })
      seconds += PLANNED_DWELL_SECONDS * (0.4 + 1.2 * noise.at('dwell', step))
      course.push({ seconds, distanceM })
      last = distanceM
    }
    return course
  }
}

type Course = readonly { readonly seconds: number; readonly distanceM: number }[]

function courseAt(course: Course, seconds: number): { distanceM: number; speedKph: number } {
  const index = course.findIndex((point) => point.seconds > seconds)
  if (index <= 0) {
    const still = (index === 0 ? course[0] : course[course.length - 1]) as Course[number]
    return { distanceM: still.distanceM, speedKph: 0 }
  }
  const [a, b] = [course[index - 1], course[index]] as [Course[number], Course[number]]
  const speed = (b.distanceM - a.distanceM) / (b.seconds - a.seconds)
  return { distanceM: a.distanceM + (seconds - a.seconds) * speed, speedKph: speed * 3.6 }
}

/** A line as a way to find a position and a bearing by distance. */
function createTrack(line: Line) {
  const [longitude, latitude] = line.points[0] as Position
  const metresPerLatitude = 111_320
  const metresPerLongitude = metresPerLatitude * Math.cos((latitude * Math.PI) / 180)
  const plane = line.points.map(
    ([lon, lat]): Point => ({
      x: (lon - longitude) * metresPerLongitude,
      y: (lat - latitude) * metresPerLatitude,
    }),
  )
  const scale = lengthOfLineM(plane) / line.lengthM
  return (distance: number, isOutward: boolean): { position: Position; bearingDegrees: number } => {
    const { point, heading } = pointAlong(plane, distance * scale)
    const degrees = 90 - (heading * 180) / Math.PI + (isOutward ? 0 : 180)
    return {
      position: [longitude + point.x / metresPerLongitude, latitude + point.y / metresPerLatitude],
      bearingDegrees: ((degrees % 360) + 360) % 360,
    }
  }
}

function timeOfDay(seconds: number): string {
  const minutes = Math.floor(seconds / 60)
  return `${String(Math.floor(minutes / 60)).padStart(2, '0')}${String(minutes % 60).padStart(2, '0')}`
}
