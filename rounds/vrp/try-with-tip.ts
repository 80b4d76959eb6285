import { delayAfter, momentAt, momentOfSplit } from './insertion-moments.ts'
import { driveOn, isInTime, waitUntil } from './moment.ts'
import type { PreparedProblem } from './prepare-problem.ts'
import { LOAD_TOLERANCE } from './refresh-route.ts'
import { fixedCostOf, isLoadedAtStart, type Route } from './route.ts'
import type { Insertion } from './solution.ts'

/** With a tip of its own, where the trip is full or of another stream: before the customer or behind it. */
export function tryWithTip(
  prepared: PreparedProblem,
  route: Route,
  customer: number,
  after: number,
  best: Insertion,
): void {
  const { customerCount, streams, tipsOf } = prepared
  const stream = streams[customer] as number
  const from = route.nodes[after] as number
  const to = route.nodes[after + 1] as number
  const isOfStream = route.stream[after] === stream
  const carries = from < customerCount || (after === 0 && route.stream[0] !== -1 && isLoadedAtStart(route))
  // What is loaded so far is tipped, and the customer goes with what comes behind.
  const mayTipFirst = carries && to < customerCount && isOfStream
  // The customer is tipped with what is loaded so far; what comes behind, if anything, is a trip of its own.
  const mayTipBehind = to < customerCount || after === route.length - 2
  const isTipBehindOfStream = !carries || isOfStream
  const firstFits = mayTipFirst && fitsAlongside(prepared, route, customer, after, false)
  const behindFits =
    mayTipBehind && isTipBehindOfStream && fitsAlongside(prepared, route, customer, after, true)
  if (!firstFits && !behindFits) return
  for (const tip of tipsOf.get(stream) as readonly number[]) {
    if (firstFits) tryPair(prepared, route, after, tip, customer, best)
    if (behindFits) tryPair(prepared, route, after, customer, tip, best)
  }
}

/** Whether the vehicle holds the customer's load with what is loaded so far, or with what comes behind. */
function fitsAlongside(
  { dimensions, demands }: PreparedProblem,
  { loaded, total, vehicle }: Route,
  customer: number,
  after: number,
  isWithLoaded: boolean,
): boolean {
  for (let d = 0; d < dimensions; d++) {
    const soFar = loaded[after * dimensions + d] as number
    const other = isWithLoaded ? soFar : (total[after * dimensions + d] as number) - soFar
    const load = other + (demands[customer * dimensions + d] as number)
    if (load > (vehicle.capacity[d] as number) + LOAD_TOLERANCE) return false
  }
  return true
}

/** A customer and a tip, in either order. */
function tryPair(
  prepared: PreparedProblem,
  route: Route,
  after: number,
  first: number,
  second: number,
  best: Insertion,
): void {
  const { placeCount, customerCount, hasTimes } = prepared
  const { vehicle, distances } = route
  const from = route.nodes[after] as number
  const to = route.nodes[after + 1] as number
  const isTipFirst = first >= customerCount
  const customer = isTipFirst ? second : first
  const detour =
    (distances[from * placeCount + first] as number) +
    (distances[first * placeCount + second] as number) +
    (distances[second * placeCount + to] as number) -
    (distances[from * placeCount + to] as number)
  let cost = fixedCostOf(prepared, route, customer) + vehicle.costPerM * detour
  if (cost >= best.cost) return
  if (hasTimes) {
    const release = prepared.releases?.[customer] ?? Number.NEGATIVE_INFINITY
    const moment = prepared.releases
      ? momentOfSplit(prepared, route, after, isTipFirst ? Number.NEGATIVE_INFINITY : release)
      : momentAt(prepared, route, after, release)
    driveOn(prepared, route, moment, from, first)
    if (prepared.releases && isTipFirst) {
      waitUntil(moment, Math.max(release, releaseBehind(prepared, route, after)))
    }
    driveOn(prepared, route, moment, first, second)
    if (prepared.releases && !isTipFirst) waitUntil(moment, releaseBehind(prepared, route, after))
    if (!isInTime(prepared, route, moment, second, after + 1)) return
    cost += vehicle.costPerSecond * delayAfter(prepared, route, moment, second, after + 1)
    if (cost >= best.cost) return
  }
  best.route = route.index
  best.after = after
  best.isTipFirst = isTipFirst
  best.tip = isTipFirst ? first : second
  best.cost = cost
}

/** The latest release of what comes behind a node on its trip. */
function releaseBehind(
  { releases, customerCount }: PreparedProblem,
  { nodes, length }: Route,
  after: number,
): number {
  let latest = Number.NEGATIVE_INFINITY
  for (let i = after + 1; i < length; i++) {
    const node = nodes[i] as number
    if (node >= customerCount) break
    latest = Math.max(latest, releases?.[node] ?? latest)
  }
  return latest
}
