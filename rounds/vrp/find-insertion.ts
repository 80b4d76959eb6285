import type { Random } from '../../model/random.ts'
import { driveOn, isInTime, type Moment, startDay, waitUntil } from './moment.ts'
import type { PreparedProblem } from './prepare-problem.ts'
import { LOAD_TOLERANCE } from './refresh-route.ts'
import { isBare, isLoadedAtStart, mayServe, type Route } from './route.ts'
import type { Insertion, Solution } from './solution.ts'

/** The chance that a place for an insertion is overlooked. */
const BLINK_RATE = 0.01

/** So often a customer is put in for up to so many times what leaving it out costs: a better order may make it worth it. */
const RASH_RATE = 0.1
const RASH_FACTOR = 2

/**
 * The cheapest place of a customer that breaks nothing and costs less than leaving it out, mostly; or whatever it costs,
 * where it is taken in at any price.
 */
export function findInsertion(
  prepared: PreparedProblem,
  solution: Solution,
  customer: number,
  random: Random,
  isAtAnyPrice: boolean,
): Insertion {
  const best: Insertion = {
    route: -1,
    after: -1,
    tip: -1,
    isTipFirst: false,
    cost: isAtAnyPrice
      ? Number.POSITIVE_INFINITY
      : (prepared.penalties[customer] as number) * (random() < RASH_RATE ? RASH_FACTOR : 1),
  }
  // First, so that of two that cost the same the vehicle that has all day is taken.
  tryBare(prepared, solution, customer, random, best)
  const costBeside = best.cost
  tryBesideNearest(prepared, solution, customer, random, best)
  const isToTryAll = best.cost === costBeside && prepared.besideCount < prepared.customerCount - 1
  // Behind the last tip is beside nobody.
  const isToTryEnds = prepared.tipCount > 0
  if (isToTryAll || isToTryEnds) {
    const demand = prepared.demands[customer * prepared.dimensions] as number
    for (const route of solution.routes) {
      // Most are full, and are not looked at themselves.
      if ((prepared.links.room[route.index] as number) < demand) continue
      if (isBare(route) || !mayServe(prepared, route, customer)) continue
      const end = route.length - 1
      tryPositions(prepared, route, customer, isToTryAll ? 0 : end - 1, end, random, best)
    }
  }
  return best
}

/**
 * Before and behind each of those that it is best put beside. The distance alone rules out nearly all of these places, so it
 * is looked at first, in flat arrays.
 */
function tryBesideNearest(
  prepared: PreparedProblem,
  { routes, routeOf }: Solution,
  customer: number,
  random: Random,
  best: Insertion,
): void {
  const { placeCount, customerCount, types, mayServe, isByDistance } = prepared
  const { besides, besideCount, links, distancesFrom, distancesTo } = prepared
  const { positionOf, before, behind, distanceBefore, distanceBehind, room, costPerM, matrix } = links
  const demand = prepared.demands[customer * prepared.dimensions] as number
  const start = customer * besideCount
  const customerRow = customer * placeCount
  let ofMatrix = 0
  let from = distancesFrom[0] as Int32Array
  let to = distancesTo[0] as Int32Array
  for (let rank = start; rank < start + besideCount; rank++) {
    const neighbour = besides[rank] as number
    const index = routeOf[neighbour] as number
    if (index === -1 || (room[index] as number) < demand) continue
    if ((matrix[index] as number) !== ofMatrix) {
      ofMatrix = matrix[index] as number
      from = distancesFrom[ofMatrix] as Int32Array
      to = distancesTo[ofMatrix] as Int32Array
    }
    if ((mayServe[(types[index] as number) * customerCount + customer] as number) === 0) continue
    const price = costPerM[index] as number
    const costBehind =
      price *
      ((to[customerRow + neighbour] as number) +
        (from[customerRow + (behind[neighbour] as number)] as number) -
        (distanceBehind[neighbour] as number))
    const costBefore =
      price *
      ((to[customerRow + (before[neighbour] as number)] as number) +
        (from[customerRow + neighbour] as number) -
        (distanceBefore[neighbour] as number))
    const isWorthBehind = costBehind < best.cost
    const isWorthBefore = costBefore < best.cost
    if (!isWorthBehind && !isWorthBefore) continue
    const position = positionOf[neighbour] as number
    if (isByDistance) {
      // There is nothing else to look at, and all of it is at hand.
      if (isWorthBefore && random() >= BLINK_RATE) note(best, index, position - 1, costBefore)
      if (costBehind < best.cost && random() >= BLINK_RATE) note(best, index, position, costBehind)
    } else {
      const first = isWorthBefore ? position - 1 : position
      const end = isWorthBehind ? position + 1 : position
      tryPositions(prepared, routes[index] as Route, customer, first, end, random, best)
    }
  }
}

/** Of vehicles that serve nobody and are alike, one is tried. */
function tryBare(
  prepared: PreparedProblem,
  solution: Solution,
  customer: number,
  random: Random,
  best: Insertion,
): void {
  const { routesOfType, routes } = solution
  for (const [type, ofType] of routesOfType.entries()) {
    const example = routes[ofType[0] as number] as Route
    if (!mayServe(prepared, example, customer) || costOfBare(prepared, example, customer) >= best.cost)
      continue
    const route = findBare(solution, type)
    if (route) tryPositions(prepared, route, customer, 0, route.length - 1, random, best)
  }
}

/** A route of a type that serves nobody: mostly the one that was found last. */
function findBare({ routes, routesOfType, bareOfType }: Solution, type: number): Route | undefined {
  const last = routes[bareOfType[type] as number] as Route
  if (isBare(last)) return last
  const found = routesOfType[type]?.find((index) => isBare(routes[index] as Route))
  if (found === undefined) return undefined
  bareOfType[type] = found
  return routes[found]
}

/** What it costs at least to serve a customer and nobody else. */
function costOfBare(
  { placeCount, customerCount, vehicleCosts }: PreparedProblem,
  { index, vehicle, bare, distances }: Route,
  customer: number,
): number {
  // What carries something already goes to a tip in any case.
  if (vehicle.underWay) return Number.NEGATIVE_INFINITY
  const [start, end] = bare as readonly [number, number]
  const detour =
    (distances[start * placeCount + customer] as number) +
    (distances[customer * placeCount + end] as number) -
    (distances[start * placeCount + end] as number)
  const ofVehicle = vehicleCosts ? (vehicleCosts[index * customerCount + customer] as number) : 0
  return ofVehicle + vehicle.fixedCost + vehicle.costPerM * detour
}

/** Behind each of the nodes from `first` to before `end`. */
function tryPositions(
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

function note(best: Insertion, route: number, after: number, cost: number): void {
  best.route = route
  best.after = after
  best.tip = -1
  best.cost = cost
}

/** What its vehicle costs besides the way. */
function fixedCostOf(
  { vehicleCosts, customerCount }: PreparedProblem,
  route: Route,
  customer: number,
): number {
  const { vehicle, index } = route
  const cost = isBare(route) && vehicle.underWay === undefined ? vehicle.fixedCost : 0
  return vehicleCosts ? cost + (vehicleCosts[index * customerCount + customer] as number) : cost
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

/** Used over and over, since an insertion is tried a million times a second. */
const moment: Moment = { pending: 0, rested: 0 }

/** When node `after` is left, where its trip begins no earlier than a release. */
function momentAt(prepared: PreparedProblem, route: Route, after: number, release: number): Moment {
  const { depart, departRested, tripStart, nodes } = route
  const start = tripStart[after] as number
  moment.pending = depart[start] as number
  moment.rested = departRested[start] as number
  if (route.vehicle.rest === null) moment.rested = Number.POSITIVE_INFINITY
  if (release <= moment.pending) {
    moment.pending = depart[after] as number
    if (route.vehicle.rest) moment.rested = departRested[after] as number
    return moment
  }
  waitUntil(moment, release)
  for (let i = start + 1; i <= after; i++) {
    driveOn(prepared, route, moment, nodes[i - 1] as number, nodes[i] as number)
  }
  return moment
}

/**
 * When node `after` is left, where the trip ends behind it: what comes after is no longer waited for at its beginning. The
 * trip begins no earlier than a release.
 */
function momentOfSplit(prepared: PreparedProblem, route: Route, after: number, release: number): Moment {
  const { depart, departRested, tripStart, nodes, vehicle } = route
  const start = tripStart[after] as number
  if (start === 0) {
    startDay(route, moment)
  } else {
    moment.pending = depart[start - 1] as number
    moment.rested = vehicle.rest ? (departRested[start - 1] as number) : Number.POSITIVE_INFINITY
    driveOn(prepared, route, moment, nodes[start - 1] as number, nodes[start] as number)
  }
  let latest = release
  for (let i = start + 1; i <= after; i++) {
    latest = Math.max(latest, prepared.releases?.[nodes[i] as number] ?? latest)
  }
  waitUntil(moment, latest)
  for (let i = start + 1; i <= after; i++) {
    driveOn(prepared, route, moment, nodes[i - 1] as number, nodes[i] as number)
  }
  return moment
}

/** How much later the vehicle goes on at node i, from a moment at a place before it. Changes the moment. */
function delayAfter(
  prepared: PreparedProblem,
  route: Route,
  moment: Moment,
  from: number,
  i: number,
): number {
  const { depart, departRested, restedFrom, nodes, vehicle, release } = route
  driveOn(prepared, route, moment, from, nodes[i] as number)
  if (prepared.releases) waitUntil(moment, release[i] as number)
  if (!vehicle.rest) return moment.pending - (depart[i] as number)
  if (i >= restedFrom) return Math.min(moment.rested, Number.MAX_VALUE) - (departRested[i] as number)
  // Where it cannot but take its break before now, that is what comes later.
  const pending = Number.isFinite(moment.pending) ? moment.pending : moment.rested - vehicle.rest.seconds
  return Math.max(0, pending - (depart[i] as number))
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

/** With a tip of its own, where the trip is full or of another stream: before the customer or behind it. */
function tryWithTip(
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
