import type { Random } from '../../model/random.ts'
import { longitudeAt, type TownTrip } from './create-town-feed.ts'
import type { Position } from './read-positions.ts'

const DAY_MS = 86_400_000
const REPORT_SECONDS = 30
const METRES_PER_DEGREE = 111_195
/** A receiver's error, in metres, as a standard deviation. */
const RECEIVER_M = 8
/** Rush hours by the clock: the hour of their peak, their width in hours, and how much slower the streets then are. */
const RUSH_HOURS = [
  { peak: 8.3, width: 1.1, share: 0.55 },
  { peak: 17.3, width: 1.5, share: 0.7 },
]
/** Standard deviations of the logarithms of what a day, a bus and a link at a time are slower than usual. */
const DAY_SIGMA = 0.08
const BUS_SIGMA = 0.06
const LINK_SIGMA = 0.25
/** One link in so many meets something: lights that fail, a lorry that unloads. */
const TROUBLE_CHANCE = 0.01
const TROUBLE_SECONDS = 180
const TURN_SECONDS = 90
/** Nobody is at the first stop earlier than this. */
const EARLIEST_SECONDS = 600
/** What a driver leaves late by in the mean. */
const LEAVE_LATE_SECONDS = 30

export interface TownDays {
  /** Midnight of the first day there, in ms since 1970, and the dates in order. */
  readonly startTime: number
  readonly dates: readonly string[]
  /** Whether buses wait at each timepoint; at the first stop they always do. */
  readonly holdsAtTimepoints: boolean
}

/** What the buses of a town report, in the order of time: they are early and late, wait, and take their lateness along. */
export function driveTown(trips: readonly TownTrip[], days: TownDays, random: Random): Position[] {
  const positions: Position[] = []
  for (const [day, date] of days.dates.entries()) {
    const slowness = Math.exp(normal(random) * DAY_SIGMA)
    const blocks = Map.groupBy(trips, ({ block }) => block)
    for (const [block, ofBlock] of blocks) {
      let readySeconds = 0
      for (const trip of ofBlock) {
        const times = driveTrip(trip, { readySeconds, slowness, ...days }, random)
        readySeconds = (times.at(-1)?.leaves ?? 0) + TURN_SECONDS
        report(trip, times, { date, vehicleId: `${block}`, midnight: days.startTime + day * DAY_MS })
      }
    }
  }
  return positions.sort((a, b) => a.time - b.time)

  function report(
    trip: TownTrip,
    times: readonly StopVisit[],
    { date, vehicleId, midnight }: { date: string; vehicleId: string; midnight: number },
  ): void {
    const start = times[0]?.comes ?? 0
    const end = times.at(-1)?.comes ?? 0
    // Past its last stop it reports once more, so that its arrival is seen.
    for (
      let second = start + REPORT_SECONDS * random();
      second < end + REPORT_SECONDS;
      second += REPORT_SECONDS
    ) {
      const distanceM = placeAt(trip, times, second) + normal(random) * RECEIVER_M
      positions.push({
        time: Math.round(midnight + second * 1000),
        tripId: trip.id,
        serviceDate: date,
        vehicleId,
        longitude: longitudeAt(trip.direction, distanceM),
        latitude: trip.direction.latitude + (normal(random) * RECEIVER_M) / METRES_PER_DEGREE,
      })
    }
  }
}

interface StopVisit {
  readonly comes: number
  readonly leaves: number
}

function driveTrip(
  { direction, times }: TownTrip,
  {
    readySeconds,
    slowness,
    holdsAtTimepoints,
  }: { readySeconds: number; slowness: number; holdsAtTimepoints: boolean },
  random: Random,
): StopVisit[] {
  const ownSlowness = slowness * Math.exp(normal(random) * BUS_SIGMA)
  const first = times[0] ?? 0
  let time = Math.max(first, readySeconds) - LEAVE_LATE_SECONDS * Math.log(1 - random())
  return direction.stops.map(({ seconds, isTimepoint }, index) => {
    if (index === 0) return { comes: Math.max(readySeconds, first - EARLIEST_SECONDS), leaves: time }
    // What a halt takes is in the link's seconds.
    const noise = Math.exp(normal(random) * LINK_SIGMA - LINK_SIGMA ** 2 / 2)
    time += seconds * ownSlowness * rushAt(time) * noise
    if (random() < TROUBLE_CHANCE) time += TROUBLE_SECONDS
    const comes = time
    if (holdsAtTimepoints && isTimepoint) time = Math.max(time, times[index] ?? 0)
    return { comes, leaves: time }
  })
}

function rushAt(seconds: number): number {
  const hour = seconds / 3600
  return RUSH_HOURS.reduce(
    (sum, { peak, width, share }) => sum + share * Math.exp(-(((hour - peak) / width) ** 2)),
    0.9,
  )
}

function placeAt({ direction }: TownTrip, times: readonly StopVisit[], second: number): number {
  const next = times.findIndex(({ comes }) => comes > second)
  if (next === -1) return direction.lengthM
  const before = times[next - 1]
  const from = direction.stops[next - 1]?.distanceM ?? 0
  if (!before || second <= before.leaves) return from
  const ratio = (second - before.leaves) / ((times[next] as StopVisit).comes - before.leaves)
  return from + ratio * ((direction.stops[next]?.distanceM ?? from) - from)
}

/** Of mean 0 and deviation 1 (Box and Muller 1958). */
function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
}
