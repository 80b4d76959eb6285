import type { Random } from '../../model/random.ts'
import type { PreparedProblem } from './prepare-problem.ts'
import { isBare, mayServe, type Route } from './route.ts'
import type { Insertion, Solution } from './solution.ts'
import { BLINK_RATE, note, tryPositions } from './try-positions.ts'

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
  const { placeCount, besides, besideCount, links, distancesFrom, distancesTo, isByDistance } = prepared
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
    const route = routes[index] as Route
    if (!mayServe(prepared, route, customer)) continue
    const position = positionOf[neighbour] as number
    if (isByDistance) {
      // There is nothing else to look at, and all of it is at hand.
      if (isWorthBefore && random() >= BLINK_RATE) note(best, index, position - 1, costBefore)
      if (costBehind < best.cost && random() >= BLINK_RATE) note(best, index, position, costBehind)
    } else {
      const first = isWorthBefore ? position - 1 : position
      const end = isWorthBehind ? position + 1 : position
      tryPositions(prepared, route, customer, first, end, random, best)
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
