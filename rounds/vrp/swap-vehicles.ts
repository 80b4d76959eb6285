import type { Random } from '../../model/random.ts'
import type { PreparedProblem } from './prepare-problem.ts'
import { refreshRoute } from './refresh-route.ts'
import { insertNodes, isBare, type Route, removeNodes } from './route.ts'
import { assign, type Solution, touch } from './solution.ts'

/**
 * Two vehicles that differ swap what they do, or one that is used hands all of it to one that is not: no customer would be the
 * first to go to a vehicle that is dear to send out and cheap to drive. Nothing changes where that breaks a rule.
 */
export function swapVehicles(prepared: PreparedProblem, solution: Solution, random: Random): void {
  const { routes } = solution
  const one = routes[Math.floor(random() * routes.length)] as Route
  const other = routes[Math.floor(random() * routes.length)] as Route
  if (one.type === other.type || (isBare(one) && isBare(other))) return
  // What a vehicle carries already is bound to it.
  if (one.vehicle.underWay || other.vehicle.underWay) return
  touch(solution, one)
  touch(solution, other)
  const cost = one.cost + other.cost
  swapVisits(prepared, one, other)
  const isKept =
    mayServeAll(prepared, one) &&
    mayServeAll(prepared, other) &&
    refreshRoute(prepared, one) &&
    refreshRoute(prepared, other)
  if (!isKept) {
    swapVisits(prepared, one, other)
    refreshRoute(prepared, one)
    refreshRoute(prepared, other)
    return
  }
  solution.routesCost += one.cost + other.cost - cost
  assign(prepared, solution, one, one.index)
  assign(prepared, solution, other, other.index)
}

function swapVisits(prepared: PreparedProblem, one: Route, other: Route): void {
  const ofOne = one.nodes.slice(1, one.length - 1)
  const ofOther = other.nodes.slice(1, other.length - 1)
  replaceVisits(prepared, one, ofOther)
  replaceVisits(prepared, other, ofOne)
}

function replaceVisits(prepared: PreparedProblem, route: Route, visits: Int32Array): void {
  removeNodes(route, 0, route.length - 2)
  for (const [i, place] of visits.entries()) insertNodes(prepared, route, i, place)
}

function mayServeAll({ mayServe, customerCount }: PreparedProblem, { nodes, length, type }: Route): boolean {
  for (let i = 1; i < length - 1; i++) {
    const node = nodes[i] as number
    if (node < customerCount && mayServe[type * customerCount + node] === 0) return false
  }
  return true
}
