import type { Random } from '../../model/random.ts'
import type { PreparedProblem } from './prepare-problem.ts'
import { refreshRoute } from './refresh-route.ts'
import { insertNodes, isBare, isLoadedAtStart, mayServeAll, type Route, removeNodes } from './route.ts'
import { assign, type Solution, touch } from './solution.ts'

/**
 * A trip, with the tip that it ends at, goes to another place of its vehicle's day, or of another one's. It may cost the same
 * there, and leave room for others where it was. Nothing changes where that breaks a rule.
 */
export function moveTrip(prepared: PreparedProblem, solution: Solution, random: Random): void {
  const { routes } = solution
  const from = routes[Math.floor(random() * routes.length)] as Route
  const to = routes[Math.floor(random() * routes.length)] as Route
  // What a vehicle carries already is bound to it.
  if (isBare(from) || isLoadedAtStart(from) || isLoadedAtStart(to)) return
  touch(solution, from)
  touch(solution, to)
  const nodesOfFrom = from.nodes.slice(0, from.length)
  const nodesOfTo = to.nodes.slice(0, to.length)
  const cost = from === to ? from.cost : from.cost + to.cost
  const trip = takeTrip(prepared, from, random)
  const after = drawTripEnd(prepared, to, random)
  for (const [i, place] of trip.entries()) insertNodes(prepared, to, after + i, place)
  const isKept =
    mayServeAll(prepared, to, trip) &&
    refreshRoute(prepared, from) &&
    (from === to || refreshRoute(prepared, to))
  if (!isKept) {
    restore(from, nodesOfFrom)
    restore(to, nodesOfTo)
    refreshRoute(prepared, from)
    refreshRoute(prepared, to)
    return
  }
  solution.routesCost += (from === to ? from.cost : from.cost + to.cost) - cost
  assign(prepared, solution, to, to.index)
}

function restore(route: Route, nodes: Int32Array): void {
  route.nodes.set(nodes)
  route.length = nodes.length
}

/** Takes a random trip out, with its tip. */
function takeTrip(prepared: PreparedProblem, route: Route, random: Random): Int32Array {
  const before = drawTripEnd(prepared, route, random, route.length - 2)
  let end = before + 1
  while ((route.nodes[end] as number) < prepared.customerCount) end++
  const trip = route.nodes.slice(before + 1, end + 1)
  removeNodes(route, before, trip.length)
  return trip
}

/** A random node that a trip may begin behind: the start or a tip, before a node. */
function drawTripEnd(
  { customerCount }: PreparedProblem,
  { nodes, length }: Route,
  random: Random,
  before = length - 1,
): number {
  let drawn = 0
  let count = 0
  for (let i = 0; i < before; i++) {
    if ((nodes[i] as number) < customerCount) continue
    count++
    if (random() * count < 1) drawn = i
  }
  return drawn
}
