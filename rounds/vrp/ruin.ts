import type { Random } from '../../model/random.ts'
import type { PreparedProblem } from './prepare-problem.ts'
import { isBare, type Route } from './route.ts'
import { type Solution, takeOut } from './solution.ts'

/** Christiaens and Vanden Berghe 2020, section 5.1 and table 1. */
const AVERAGE_REMOVED = 10
const STRING_LENGTH_MAX = 10
const SPLIT_RATE = 0.5
/** The chance that a split string leaves one more of its customers in. */
const SPLIT_DEPTH = 0.01

/**
 * Slack induction by string removals: takes strings of adjacent customers out of the routes around a random one, which is
 * returned.
 */
export function ruin(prepared: PreparedProblem, solution: Solution, random: Random): number {
  const { customerCount, neighbours, neighbourCount } = prepared
  const { routeOf, routes } = solution
  const seed = Math.floor(random() * customerCount)
  const lengthMax = Math.min(STRING_LENGTH_MAX, averageRouteSize(prepared, solution))
  // Equations 6 and 7.
  const stringsMax = (4 * AVERAGE_REMOVED) / (1 + lengthMax) - 1
  const strings = Math.floor(random() * stringsMax + 1)
  const ruined: Route[] = []
  for (let rank = -1; rank < neighbourCount && ruined.length < strings; rank++) {
    const customer = rank === -1 ? seed : (neighbours[seed * neighbourCount + rank] as number)
    const index = routeOf[customer] as number
    if (index === -1) continue
    const route = routes[index] as Route
    if (ruined.includes(route)) continue
    ruined.push(route)
    markString(prepared, solution, route, customer, lengthMax, random)
    takeOut(prepared, solution, route)
  }
  return seed
}

/**
 * Takes a whole route out. Strings are too short to give up a vehicle whose day costs something, or to hand its
 * customers to a cheaper one. Returns one of its customers; -1 where no vehicle serves anybody.
 */
export function ruinRoute(prepared: PreparedProblem, solution: Solution, random: Random): number {
  const used = solution.routes.filter((route) => !isBare(route))
  const route = used[Math.floor(random() * used.length)]
  if (!route) return -1
  const count = listCustomers(prepared, route)
  const seed = order[Math.floor(random() * count)] as number
  for (let i = 0; i < count; i++) solution.routeOf[order[i] as number] = -1
  takeOut(prepared, solution, route)
  return seed
}

function averageRouteSize({ customerCount }: PreparedProblem, { routes, absent }: Solution): number {
  let used = 0
  for (const { length, bare } of routes) if (length > bare.length) used++
  return used === 0 ? 1 : (customerCount - absent.length) / used
}

/** Sets `routeOf` of a string of customers that contains `customer` to -1. */
function markString(
  prepared: PreparedProblem,
  { routeOf }: Solution,
  route: Route,
  customer: number,
  lengthMax: number,
  random: Random,
): void {
  const count = listCustomers(prepared, route)
  // Equations 8 and 9.
  const length = Math.floor(random() * Math.min(count, lengthMax) + 1)
  let spared = 0
  if (length > 1 && length < count && random() < SPLIT_RATE) {
    spared = 1
    while (length + spared < count && random() < SPLIT_DEPTH) spared++
  }
  const span = length + spared
  const at = order.indexOf(customer)
  const first = Math.max(0, at - span + 1)
  const last = Math.min(at, count - span)
  const start = first + Math.floor(random() * (last - first + 1))
  // Never the first of the string, so that something goes on either side of what is spared.
  const sparedFrom = start + 1 + Math.floor(random() * (length - 1))
  for (let i = start; i < start + span; i++) {
    const isSpared = i >= sparedFrom && i < sparedFrom + spared
    if (!isSpared) routeOf[order[i] as number] = -1
  }
}

/** The customers of the route that was listed last, in order; what lies behind its count is of no meaning. */
const order: number[] = []

/** Fills `order`; returns how many there are. */
function listCustomers({ customerCount }: PreparedProblem, { nodes, length }: Route): number {
  let count = 0
  for (let i = 1; i < length - 1; i++) {
    const node = nodes[i] as number
    if (node < customerCount) order[count++] = node
  }
  return count
}
