import type { Random } from '../../model/random.ts'
import type { PreparedProblem } from './problem.ts'
import type { Route } from './route.ts'
import { type Insertion, putIn, type Solution } from './solution.ts'

/** The chance that a place for an insertion is overlooked. */
const BLINK_RATE = 0.01

/** A customer hardly ever belongs elsewhere than beside one of its nearest; where it fits nowhere there, all are tried. */
const NEAREST_TRIED = 60

/** Of those that have been absent for longer, so many are tried again: mostly there is no room for them. */
const LONG_ABSENT_TRIED = 20

/**
 * Greedy insertion with blinks (section 5.2): puts the absent back, each where it costs least; those that fit nowhere
 * stay out. The first `longAbsent` of the list have been absent for longer than the others.
 */
export function recreate(
  prepared: PreparedProblem,
  solution: Solution,
  random: Random,
  longAbsent: number,
): void {
  const { absent } = solution
  const tried = absent.splice(longAbsent)
  for (let count = Math.min(longAbsent, LONG_ABSENT_TRIED); count > 0; count--) {
    const index = Math.floor(random() * absent.length)
    tried.push(absent[index] as number)
    absent[index] = absent.at(-1) as number
    absent.pop()
  }
  sortAbsent(prepared, tried, random)
  for (const customer of tried) {
    const insertion = findInsertion(prepared, solution, customer, random)
    if (insertion.route === -1) absent.push(customer)
    else putIn(prepared, solution, customer, insertion)
  }
}

/** At random, by demand, farthest from a depot first, or nearest first: drawn with weights 4, 4, 2 and 1. */
function sortAbsent(prepared: PreparedProblem, absent: number[], random: Random): void {
  const { dimensions, demands, distancesFromDepot } = prepared
  // Absent ones lie in the order of what was done before: a shuffle comes first, so that ties fall at random too.
  for (let i = absent.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1))
    const moved = absent[i] as number
    absent[i] = absent[j] as number
    absent[j] = moved
  }
  const draw = random() * 11
  if (draw < 4) return
  if (draw < 8) {
    absent.sort((a, b) => (demands[b * dimensions] as number) - (demands[a * dimensions] as number))
  } else if (draw < 10) {
    absent.sort((a, b) => (distancesFromDepot[b] as number) - (distancesFromDepot[a] as number))
  } else {
    absent.sort((a, b) => (distancesFromDepot[a] as number) - (distancesFromDepot[b] as number))
  }
}

/** The cheapest place of a customer that breaks nothing and costs less than leaving it out. */
function findInsertion(
  prepared: PreparedProblem,
  solution: Solution,
  customer: number,
  random: Random,
): Insertion {
  const best: Insertion = {
    route: -1,
    after: -1,
    tip: -1,
    isTipFirst: false,
    cost: prepared.penalties[customer] as number,
  }
  const tried = Math.min(NEAREST_TRIED, prepared.neighbourCount)
  tryBesideNearest(prepared, solution, customer, tried, random, best)
  const isToTryAll = best.route === -1 && tried < prepared.customerCount - 1
  // Behind the last tip is beside nobody.
  const isToTryEnds = prepared.tipCount > 0
  if (isToTryAll || isToTryEnds) {
    for (const route of solution.routes) {
      const end = route.length - 1
      if (end === 1 || !mayServe(prepared, route, customer)) continue
      tryPositions(prepared, route, customer, isToTryAll ? 0 : end - 1, end, random, best)
    }
  }
  tryUnused(prepared, solution, customer, random, best)
  return best
}

function mayServe({ mayServe, customerCount }: PreparedProblem, route: Route, customer: number): boolean {
  return (mayServe[route.type * customerCount + customer] as number) === 1
}

/**
 * Behind each of the nearest neighbours, and before those that are the first of a trip. The distance alone rules out nearly
 * all of these places, so it is looked at first, in flat arrays.
 */
function tryBesideNearest(
  prepared: PreparedProblem,
  { routes, routeOf }: Solution,
  customer: number,
  tried: number,
  random: Random,
  best: Insertion,
): void {
  const { customerCount, placeCount, neighbours, neighbourCount, links } = prepared
  const { distances } = prepared.problem
  const { positionOf, before, behind, room, costPerM } = links
  const demand = prepared.demands[customer * prepared.dimensions] as number
  const start = customer * neighbourCount
  for (let rank = start; rank < start + tried; rank++) {
    const neighbour = neighbours[rank] as number
    const index = routeOf[neighbour] as number
    if (index === -1 || (room[index] as number) < demand) continue
    const next = behind[neighbour] as number
    const previous = before[neighbour] as number
    const price = costPerM[index] as number
    const isWorthBehind = price * detour(neighbour, next) < best.cost
    const isWorthBefore = previous >= customerCount && price * detour(previous, neighbour) < best.cost
    if (!isWorthBehind && !isWorthBefore) continue
    const route = routes[index] as Route
    if (!mayServe(prepared, route, customer)) continue
    const position = positionOf[neighbour] as number
    const first = isWorthBefore ? position - 1 : position
    tryPositions(prepared, route, customer, first, isWorthBehind ? position + 1 : position, random, best)
  }

  function detour(from: number, to: number): number {
    return (
      (distances[from * placeCount + customer] as number) +
      (distances[customer * placeCount + to] as number) -
      (distances[from * placeCount + to] as number)
    )
  }
}

/** Of unused vehicles that are alike, one is tried. */
function tryUnused(
  prepared: PreparedProblem,
  { routesOfType, routes }: Solution,
  customer: number,
  random: Random,
  best: Insertion,
): void {
  for (let type = 0; type < routesOfType.length; type++) {
    const index = routesOfType[type]?.find((route) => routes[route]?.length === 2)
    if (index === undefined) continue
    const route = routes[index] as Route
    if (mayServe(prepared, route, customer)) tryPositions(prepared, route, customer, 0, 1, random, best)
  }
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
  const { problem, placeCount, tipCount, service, opens, closes } = prepared
  const { distances, durations } = problem
  const { nodes, length, depart, latest, vehicle } = route
  const { costPerM, costPerSecond } = vehicle
  // Without tips a route is one trip: it has room, or nowhere.
  const isOneTrip = tipCount === 0
  if (isOneTrip && !joinsTrip(prepared, route, customer, 0)) return
  const customerRow = customer * placeCount
  const opensAt = opens[customer] as number
  const closesAt = (closes[customer] as number) - vehicle.breakSeconds
  const serviceSeconds = service[customer] as number
  const fixedCost = length === 2 ? vehicle.fixedCost : 0
  for (let after = first; after < end; after++) {
    if (random() < BLINK_RATE) continue
    if (!isOneTrip && !joinsTrip(prepared, route, customer, after)) {
      tryWithTip(prepared, route, customer, after, best)
      continue
    }
    const from = nodes[after] as number
    const to = nodes[after + 1] as number
    const there = from * placeCount + customer
    const onwards = customerRow + to
    const detour =
      (distances[there] as number) +
      (distances[onwards] as number) -
      (distances[from * placeCount + to] as number)
    const distanceCost = fixedCost + costPerM * detour
    if (distanceCost >= best.cost) continue
    const begin = Math.max((depart[after] as number) + (durations[there] as number), opensAt)
    if (begin > closesAt) continue
    const next = begin + serviceSeconds + (durations[onwards] as number)
    if (next > (latest[after + 1] as number)) continue
    const cost = distanceCost + costPerSecond * delayAt(prepared, route, after + 1, next)
    if (cost >= best.cost) continue
    best.route = route.index
    best.after = after
    best.tip = -1
    best.cost = cost
  }
}

/** How much later a route goes on at node i if it arrives there at a time: what it waits there now is not lost. */
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
    if (load > (route.vehicle.capacity[d] as number)) return false
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
  // What is loaded so far is tipped, and the customer goes with what comes behind.
  const mayTipFirst = from < customerCount && to < customerCount && isOfStream
  // The customer is tipped with what is loaded so far; what comes behind, if anything, is a trip of its own.
  const mayTipBehind = to < customerCount || after === route.length - 2
  const isTipBehindOfStream = from >= customerCount || isOfStream
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
    if (other + (demands[customer * dimensions + d] as number) > (vehicle.capacity[d] as number)) return false
  }
  return true
}

function tryPair(
  prepared: PreparedProblem,
  route: Route,
  after: number,
  first: number,
  second: number,
  best: Insertion,
): void {
  const { problem, placeCount, customerCount, service, opens, closes } = prepared
  const { distances, durations } = problem
  const { vehicle } = route
  const from = route.nodes[after] as number
  const to = route.nodes[after + 1] as number
  const direct = from * placeCount + to
  const there = from * placeCount + first
  const between = first * placeCount + second
  const onwards = second * placeCount + to
  const detour =
    (distances[there] as number) +
    (distances[between] as number) +
    (distances[onwards] as number) -
    (distances[direct] as number)
  const distanceCost = (route.length === 2 ? vehicle.fixedCost : 0) + vehicle.costPerM * detour
  if (distanceCost >= best.cost) return
  const spare = vehicle.breakSeconds
  const firstBegin = Math.max(
    (route.depart[after] as number) + (durations[there] as number),
    opens[first] as number,
  )
  if (firstBegin > (closes[first] as number) - spare) return
  const secondBegin = Math.max(
    firstBegin + (service[first] as number) + (durations[between] as number),
    opens[second] as number,
  )
  if (secondBegin > (closes[second] as number) - spare) return
  const arrival = secondBegin + (service[second] as number) + (durations[onwards] as number)
  if (arrival > (route.latest[after + 1] as number)) return
  const cost = distanceCost + vehicle.costPerSecond * delayAt(prepared, route, after + 1, arrival)
  if (cost >= best.cost) return
  best.route = route.index
  best.after = after
  best.isTipFirst = first >= customerCount
  best.tip = best.isTipFirst ? first : second
  best.cost = cost
}
