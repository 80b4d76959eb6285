import type { Random } from '../../model/random.ts'
import { delayAfter, momentAt } from './insertion-moments.ts'
import { driveOn, isInTime } from './moment.ts'
import type { PreparedProblem } from './prepare-problem.ts'
import { LOAD_TOLERANCE } from './refresh-route.ts'
import { fixedCostOf, type Route } from './route.ts'
import type { Insertion } from './solution.ts'
import { tryWithTip } from './try-with-tip.ts'

/** The chance that a place for an insertion is overlooked. */
export const BLINK_RATE = 0.01

/** Behind each of the nodes from `first` to before `end`. */
export function tryPositions(
  prepared: PreparedProblem,
  route: Route,
  customer: number,
  first: number,
  end: number,
  random: Random,
  best: Insertion,
): void {
  const { placeCount, tipCount, service, opens, closes, hasTimes, releases } = prepared
  const { nodes, depart, latest, vehicle, distances, durations, isSteady } = route
  const { costPerM, costPerSecond } = vehicle
  // Without tips a route is one trip: it has room, or nowhere.
  const isOneTrip = tipCount === 0
  if (isOneTrip && !joinsTrip(prepared, route, customer, 0)) return
  if (vehicle.dayLimit && !fitsDay(prepared, route, customer)) return
  const customerRow = customer * placeCount
  const opensAt = opens[customer] as number
  const closesAt = closes[customer] as number
  const serviceSeconds = service[customer] as number
  const fixedCost = fixedCostOf(prepared, route, customer)
  const release = releases ? (releases[customer] as number) : Number.NEGATIVE_INFINITY
  for (let after = first; after < end; after++) {
    if (random() < BLINK_RATE) continue
    if (!isOneTrip && !joinsTrip(prepared, route, customer, after)) {
      tryWithTip(prepared, route, customer, after, best)
      continue
    }
    // Its trip has room, but would have to wait for it.
    const isReleased = !releases || release <= (depart[route.tripStart[after] as number] as number)
    if (!isOneTrip && !isReleased) tryWithTip(prepared, route, customer, after, best)
    const from = nodes[after] as number
    const to = nodes[after + 1] as number
    const there = from * placeCount + customer
    const onwards = customerRow + to
    const detour =
      (distances[there] as number) +
      (distances[onwards] as number) -
      (distances[from * placeCount + to] as number)
    let cost = fixedCost + costPerM * detour
    if (cost >= best.cost) continue
    if (hasTimes && isSteady && isReleased) {
      const begin = Math.max((depart[after] as number) + (durations[there] as number), opensAt)
      if (begin > closesAt) continue
      const next = begin + serviceSeconds + (durations[onwards] as number)
      if (next > (latest[after + 1] as number)) continue
      if (costPerSecond > 0) {
        cost += costPerSecond * delayAt(prepared, route, after + 1, next)
        if (cost >= best.cost) continue
      }
    } else if (hasTimes) {
      const moment = momentAt(prepared, route, after, release)
      driveOn(prepared, route, moment, from, customer)
      if (!isInTime(prepared, route, moment, customer, after + 1)) continue
      cost += costPerSecond * delayAfter(prepared, route, moment, customer, after + 1)
      if (cost >= best.cost) continue
    }
    note(best, route.index, after, cost)
  }
}

export function note(best: Insertion, route: number, after: number, cost: number): void {
  best.route = route
  best.after = after
  best.tip = -1
  best.cost = cost
}

/** How much later a steady route goes on at node i if it arrives there at a time: what it waits there now is not lost. */
function delayAt(
  { service, opens }: PreparedProblem,
  { nodes, depart }: Route,
  i: number,
  arrival: number,
): number {
  const node = nodes[i] as number
  return Math.max(arrival, opens[node] as number) + (service[node] as number) - (depart[i] as number)
}

/** Whether the trip after a node has room for the customer's load, and is of its stream. */
function joinsTrip(prepared: PreparedProblem, route: Route, customer: number, after: number): boolean {
  const { tipCount, dimensions, demands, streams } = prepared
  // Behind the last tip a vehicle drives home: a load there needs a tip of its own.
  if (tipCount > 0 && after === route.length - 2) return false
  const stream = route.stream[after] as number
  if (tipCount > 0 && stream !== -1 && stream !== (streams[customer] as number)) return false
  for (let d = 0; d < dimensions; d++) {
    const load =
      (route.total[after * dimensions + d] as number) + (demands[customer * dimensions + d] as number)
    if (load > (route.vehicle.capacity[d] as number) + LOAD_TOLERANCE) return false
  }
  return true
}

function fitsDay(
  { dimensions, demands }: PreparedProblem,
  { collected, vehicle }: Route,
  customer: number,
): boolean {
  for (let d = 0; d < dimensions; d++) {
    const load = (collected[d] as number) + (demands[customer * dimensions + d] as number)
    if (load > (vehicle.dayLimit?.[d] as number) + LOAD_TOLERANCE) return false
  }
  return true
}
