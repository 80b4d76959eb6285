import type { Random } from '../../model/random.ts'
import type { PreparedProblem } from './prepare-problem.ts'
import { refreshRoute } from './refresh-route.ts'
import { insertNodes, isBare, mayServeAll, type Route, removeNodes } from './route.ts'
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
    mayServeAll(prepared, one, visitsOf(one)) &&
    mayServeAll(prepared, other, visitsOf(other)) &&
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
  const [ofOne, ofOther] = [visitsOf(one).slice(), visitsOf(other).slice()]
  replaceVisits(prepared, one, ofOther)
  replaceVisits(prepared, other, ofOne)
}

/** What lies between its start and its end. */
function visitsOf({ nodes, length }: Route): Int32Array {
  return nodes.subarray(1, length - 1)
}

function replaceVisits(prepared: PreparedProblem, route: Route, visits: Int32Array): void {
  removeNodes(route, 0, route.length - 2)
  for (const [i, place] of visits.entries()) insertNodes(prepared, route, i, place)
}
