import { matrixOf } from './prepare-problem.ts'
import type { Problem, Vehicle } from './problem.ts'
import { arrivalTime } from './travel-time.ts'

/** What a vehicle does at a place, or before it drives on from there. All times in the problem's seconds. */
export interface ScheduledStop {
  readonly type: 'visit' | 'rest'
  readonly place: number
  readonly arrival: number
  /** When the service, or the break, begins. */
  readonly begin: number
  readonly leave: number
}

/**
 * A route's day in times, from its start to its end: it goes on as soon as it may, and takes its break where that brings
 * it home soonest. Undefined where no break can be placed so that all is in time.
 */
export function scheduleRoute(
  problem: Problem,
  vehicleIndex: number,
  visits: readonly number[],
): ScheduledStop[] | undefined {
  const vehicle = problem.vehicles[vehicleIndex] as Vehicle
  const { rest } = vehicle
  const withoutRest = drive(problem, vehicle, visits, -1, false)
  if (!rest) return withoutRest
  if (withoutRest && endOf(withoutRest) <= rest.closes) return withoutRest
  let best: ScheduledStop[] | undefined
  for (let restAt = 0; restAt < visits.length + 2; restAt++) {
    for (const isOnArrival of [true, false]) {
      const stops = drive(problem, vehicle, visits, restAt, isOnArrival)
      if (stops && (!best || endOf(stops) < endOf(best))) best = stops
    }
  }
  return best
}

function endOf(stops: readonly ScheduledStop[]): number {
  return (stops.at(-1) as ScheduledStop).leave
}

/** With the break at the stop of an index, before its service or after it; at none where that is -1. */
function drive(
  problem: Problem,
  vehicle: Vehicle,
  visits: readonly number[],
  restAt: number,
  isOnArrival: boolean,
): ScheduledStop[] | undefined {
  const { customers, tips, depotCount, speeds } = problem
  const { durations, profiles } = matrixOf(problem, vehicle)
  const placeCount = customers.length + tips.length + depotCount
  const depotAt = customers.length + tips.length
  const places = [depotAt + vehicle.depot, ...visits, depotAt + (vehicle.endDepot ?? vehicle.depot)]
  const stops: ScheduledStop[] = []
  let time = vehicle.earliest
  for (const [i, place] of places.entries()) {
    if (i > 0) {
      const arc = (places[i - 1] as number) * placeCount + place
      const duration = durations[arc] as number
      time =
        speeds && profiles ? arrivalTime(speeds, profiles[arc] as number, time, duration) : time + duration
    }
    if (i === restAt && isOnArrival && !takeRest(place)) return undefined
    const stop = customers[place] ?? tips[place - customers.length]
    const arrival = time
    const begin = Math.max(time, stop?.opens ?? time)
    if (stop && begin > stop.closes + ROUNDING_SECONDS) return undefined
    time = begin + (stop?.serviceSeconds ?? 0)
    const visit: ScheduledStop = { type: 'visit', place, arrival, begin, leave: time }
    stops.push(visit)
    if (i === restAt && !isOnArrival && !takeRest(place)) return undefined
    const release = customers[place] ? time : releaseOf(problem, places, i)
    if (time < release) time = release
    const last = stops.at(-1) as ScheduledStop
    stops[stops.length - 1] = { ...last, leave: time }
  }
  return time > vehicle.latest + ROUNDING_SECONDS ? undefined : stops

  function takeRest(place: number): boolean {
    if (!vehicle.rest) return false
    const { seconds, opens, closes } = vehicle.rest
    const begin = Math.max(time, opens)
    if (begin > closes) return false
    stops.push({ type: 'rest', place, arrival: time, begin, leave: begin + seconds })
    time = begin + seconds
    return true
  }
}

/** Before this the vehicle does not leave a depot or tip, for the customers of the trip that begins there. */
function releaseOf({ customers }: Problem, places: readonly number[], start: number): number {
  let release = Number.NEGATIVE_INFINITY
  for (let i = start + 1; i < places.length; i++) {
    const customer = customers[places[i] as number]
    if (!customer) break
    release = Math.max(release, customer.releaseTime ?? release)
  }
  return release
}

const ROUNDING_SECONDS = 1e-3
