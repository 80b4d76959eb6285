import { formatTime } from '../../model/time.ts'
import { lengthOfLineM, type Point, pointAlong } from '../town/geometry.ts'
import { DAY_BEGINS_SECONDS, type PlannedBlock } from '../town/plan-buses.ts'
import type { Line, Position, Vehicle } from '../town/town.ts'
import { type Course, type DrivenTrip, driveBlock } from './drive-block.ts'
import type { LocalTime } from './local-time.ts'
import type { Noise } from './noise.ts'
import { reportTimes, type Span, type TimedPayload } from './timed-payload.ts'

export const BUS_INTERVAL_SECONDS = 15
/** A bus that waits for longer than this is on no trip; its engine runs, and it goes on to say where it is. */
const PARKED_SECONDS = 1_800
/** After its last trip a bus is heard of for so much longer. */
const ENGINE_ON_SECONDS = 1_200
const OCCUPANCIES = ['EMPTY', 'MANY_SEATS_AVAILABLE', 'FEW_SEATS_AVAILABLE', 'STANDING_ROOM_ONLY'] as const

/** Where a bus is, every 15 seconds: to and fro on its line, held up by traffic, waiting at stops and at the ends. */
export function* busPositions(
  { line, vehicle, block }: { line: Line; vehicle: Vehicle; block: PlannedBlock },
  span: Span,
  { localTime, noise }: { localTime: (time: number) => LocalTime; noise: Noise },
): Generator<TimedPayload> {
  const track = createTrack(line)
  const offsetMs = Math.floor(noise.at('offset', 0) * BUS_INTERVAL_SECONDS * 1000)
  let driven: { date: string; noonTime: number; trips: readonly DrivenTrip[] } | undefined
  for (const time of reportTimes(span, BUS_INTERVAL_SECONDS * 1000, offsetMs)) {
    const position = locate(time)
    if (position) yield { time, sentTime: time, payload: position }
  }

  function locate(time: number): Record<string, unknown> | undefined {
    const { date, noonTime, trips } = dayOf(time)
    const seconds = (time - noonTime) / 1000 + 12 * 3600
    const found = findTrip(trips, seconds)
    if (!found) return undefined
    const { trip, course } = found.driven
    const { distanceM, speedKph } = courseAt(course, seconds)
    const { isOutward } = trip
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
      ...(vehicle.says === 'nothing' ? {} : { routeId: line.id }),
      ...(vehicle.says === 'trip' && !found.isParked ? { tripId: trip.id, startDate: date } : {}),
      occupancyStatus:
        OCCUPANCIES[Math.floor(noise.at(`load ${trip.id}`, Math.floor(noonTime / 86_400_000)) * 4)],
    }
  }

  /** Each service day by itself, from four o'clock in the morning. */
  function dayOf(time: number): NonNullable<typeof driven> {
    const { asUtc } = localTime(time)
    const day = Math.floor((asUtc - DAY_BEGINS_SECONDS * 1000) / 86_400_000)
    const date = new Date(day * 86_400_000).toISOString().slice(0, 10).replaceAll('-', '')
    if (driven?.date !== date) {
      const noonAsUtc = (day + 0.5) * 86_400_000
      // At noon no clock is changed, so the offset then is that of an hour that is near enough.
      const noonTime = noonAsUtc - (localTime(noonAsUtc).asUtc - noonAsUtc)
      driven = { date, noonTime, trips: driveBlock(block, day, noise) }
    }
    return driven
  }
}

/** The trip that a bus is on, or waits for, or, where it is parked, the one before. */
function findTrip(
  trips: readonly DrivenTrip[],
  seconds: number,
): { driven: DrivenTrip; isParked: boolean } | undefined {
  const index = trips.findLastIndex(({ readySeconds }) => readySeconds <= seconds)
  const driven = trips[index]
  if (!driven) return undefined
  const leaves = driven.course[1]?.seconds ?? 0
  const before = trips[index - 1]
  if (before && seconds < leaves - PARKED_SECONDS) return { driven: before, isParked: true }
  const ended = driven.course[driven.course.length - 1]?.seconds ?? 0
  if (index < trips.length - 1 || seconds <= ended) return { driven, isParked: false }
  return seconds < ended + ENGINE_ON_SECONDS ? { driven, isParked: true } : undefined
}

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
