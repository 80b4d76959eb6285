import type { PreparedProblem } from './prepare-problem.ts'
import type { Rest } from './problem.ts'
import type { Route } from './route.ts'
import { arrivalTime, leaveTime } from './travel-time.ts'

/**
 * When a vehicle leaves a place at the earliest: with its break still to come, and with its break behind it. Infinity
 * where it cannot. A vehicle that has no break to take is `pending` for ever.
 */
export interface Moment {
  pending: number
  rested: number
}

/** At the start of a day. */
export function startDay({ vehicle }: Route, moment: Moment): void {
  moment.pending = vehicle.earliest
  moment.rested = vehicle.rest ? afterRest(vehicle.rest, vehicle.earliest) : Number.POSITIVE_INFINITY
}

/** No earlier than a time. */
export function waitUntil(moment: Moment, time: number): void {
  if (moment.pending < time) moment.pending = time
  if (moment.rested < time) moment.rested = time
}

/** From leaving one place to leaving the next; both Infinity where that comes too late. */
export function driveOn(
  prepared: PreparedProblem,
  route: Route,
  moment: Moment,
  from: number,
  to: number,
): void {
  const { service, opens, closes } = prepared
  const { rest } = route.vehicle
  const opensAt = opens[to] as number
  const closesAt = closes[to] as number
  const serviceSeconds = service[to] as number
  const arrival = arriveAfter(prepared, route, from, to, moment.pending)
  const begin = Math.max(arrival, opensAt)
  moment.pending = begin > closesAt ? Number.POSITIVE_INFINITY : begin + serviceSeconds
  if (!rest) return
  const restedBegin = Math.max(
    Math.min(
      arriveAfter(prepared, route, from, to, moment.rested),
      // On arrival, before the service.
      afterRest(rest, arrival),
    ),
    opensAt,
  )
  const rested = restedBegin > closesAt ? Number.POSITIVE_INFINITY : restedBegin + serviceSeconds
  moment.rested = Math.min(rested, afterRest(rest, moment.pending))
}

/** The arrivals at a next place that leave time for all that comes after; false where there is none. */
export function isInTime(
  prepared: PreparedProblem,
  route: Route,
  { pending, rested }: Moment,
  from: number,
  i: number,
): boolean {
  const to = route.nodes[i] as number
  if (arriveAfter(prepared, route, from, to, pending) <= (route.latest[i] as number)) return true
  if (!route.vehicle.rest) return false
  return arriveAfter(prepared, route, from, to, rested) <= (route.latestRested[i] as number)
}

/** When the break is over that begins as soon as it may after a time; Infinity where that is too late for it. */
function afterRest({ seconds, opens, closes }: Rest, time: number): number {
  const begin = Math.max(time, opens)
  return begin > closes ? Number.POSITIVE_INFINITY : begin + seconds
}

/** When a vehicle arrives that leaves at a time. */
function arriveAfter(
  { problem: { speeds }, placeCount }: PreparedProblem,
  { durations, profiles }: Route,
  from: number,
  to: number,
  leave: number,
): number {
  const arc = from * placeCount + to
  const duration = durations[arc] as number
  if (!speeds || profiles === undefined || !Number.isFinite(leave)) return leave + duration
  return arrivalTime(speeds, profiles[arc] as number, leave, duration)
}

/** When it must leave to arrive by a time. */
function leaveBefore(
  { problem: { speeds }, placeCount }: PreparedProblem,
  { durations, profiles }: Route,
  from: number,
  to: number,
  arrive: number,
): number {
  const arc = from * placeCount + to
  const duration = durations[arc] as number
  if (!speeds || profiles === undefined) return arrive - duration
  return leaveTime(speeds, profiles[arc] as number, arrive, duration)
}

/**
 * Works the times of a route out anew; false where it cannot be driven in time. What comes later decides how late a place
 * may be reached: with the break behind one, by that alone; with it to come, by the best of taking it on arrival, after the
 * service, or further on.
 */
export function refreshMoments(prepared: PreparedProblem, route: Route): boolean {
  const { nodes, length, depart, departRested, release, vehicle } = route
  const moment: Moment = { pending: 0, rested: 0 }
  startDay(route, moment)
  waitUntil(moment, release[0] as number)
  depart[0] = moment.pending
  departRested[0] = moment.rested
  for (let i = 1; i < length; i++) {
    driveOn(prepared, route, moment, nodes[i - 1] as number, nodes[i] as number)
    waitUntil(moment, release[i] as number)
    depart[i] = moment.pending
    departRested[i] = moment.rested
  }
  refreshLatest(prepared, route)
  const { rest, latest } = vehicle
  const takesRest = rest !== null && moment.pending > rest.closes
  route.end = takesRest ? moment.rested : moment.pending
  route.restedFrom = takesRest ? findRestedFrom(prepared, route) : length
  return route.end <= latest
}

/** Goes back from home for as long as what is left with the break behind one follows from having left so before. */
function findRestedFrom(prepared: PreparedProblem, route: Route): number {
  const { service, opens } = prepared
  const { nodes, length, departRested, release } = route
  for (let i = length - 1; i > 0; i--) {
    const to = nodes[i] as number
    const arrival = arriveAfter(prepared, route, nodes[i - 1] as number, to, departRested[i - 1] as number)
    const leave = Math.max(arrival, opens[to] as number) + (service[to] as number)
    if (Math.max(leave, release[i] as number) !== departRested[i]) return i
  }
  return 0
}

function refreshLatest(prepared: PreparedProblem, route: Route): void {
  const { nodes, length, latest, latestRested, vehicle } = route
  const { rest } = vehicle
  const last = length - 1
  latestRested[last] = vehicle.latest
  latest[last] = vehicle.latest
  if (rest) latest[last] = Math.max(Math.min(vehicle.latest, rest.closes), restBefore(rest, vehicle.latest))
  for (let i = last - 1; i >= 0; i--) {
    const node = nodes[i] as number
    const next = nodes[i + 1] as number
    const passing = serveBefore(
      prepared,
      node,
      leaveBefore(prepared, route, node, next, latest[i + 1] as number),
    )
    if (!rest) {
      latest[i] = passing
      continue
    }
    const restedLeave = leaveBefore(prepared, route, node, next, latestRested[i + 1] as number)
    latestRested[i] = serveBefore(prepared, node, restedLeave)
    latest[i] = Math.max(
      passing,
      restBefore(rest, latestRested[i] as number),
      serveBefore(prepared, node, restBefore(rest, restedLeave)),
    )
  }
}

/** When a place must be reached at the latest to be left by a time; -Infinity where it opens too late for that. */
function serveBefore({ service, opens, closes }: PreparedProblem, node: number, leaveBy: number): number {
  const begin = Math.min(closes[node] as number, leaveBy - (service[node] as number))
  return begin < (opens[node] as number) - ROUNDING_SECONDS ? Number.NEGATIVE_INFINITY : begin
}

/** When the break must begin at the latest to be over by a time; -Infinity where that is too early for it. */
function restBefore({ seconds, opens, closes }: Rest, time: number): number {
  return opens + seconds > time ? Number.NEGATIVE_INFINITY : Math.min(closes, time - seconds)
}

/** What times may differ by for having been worked out from the other end. */
const ROUNDING_SECONDS = 1e-6
