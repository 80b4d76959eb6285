import { createRoute } from './create-route.ts'
import { dropNeedlessTips } from './drop-needless-tips.ts'
import type { PreparedProblem } from './prepare-problem.ts'
import { refreshRoute } from './refresh-route.ts'
import {
  clearRoute,
  insertNodes,
  isLoadedAtStart,
  isUsed,
  mayServe,
  type Route,
  removeNodes,
} from './route.ts'

/** All routes and who is in none, changed in place; what was changed since the last `keep` can be taken back. */
export interface Solution {
  readonly routes: readonly Route[]
  /** The index of each customer's route; -1 for those that are absent. */
  readonly routeOf: Int32Array
  /** By type of vehicle. */
  readonly routesOfType: readonly (readonly number[])[]
  /** By type, a route that served nobody when it was looked for last. */
  readonly bareOfType: number[]
  /** In no order that means anything. */
  readonly absent: number[]
  routesCost: number
  /** Of those that are absent: prizes, and penalties of mandatory ones. */
  absentCost: number
  readonly kept: {
    readonly touched: Route[]
    readonly absent: number[]
    routesCost: number
    absentCost: number
  }
}

/** Where a customer may go: after node `after` of a route; with a tip before or behind it where `tip` is not -1. */
export interface Insertion {
  /** -1 where there is none. */
  route: number
  after: number
  tip: number
  isTipFirst: boolean
  cost: number
}

export interface VrpPlan {
  /** Of the routes, without what the absent cost. */
  readonly cost: number
  /** Those that are used. */
  readonly routes: readonly VrpRoute[]
  /** Customers that nobody visits. */
  readonly absent: readonly number[]
}

/** A vehicle's index, and the customers and tips that it visits, as places in order. */
export interface VrpRoute {
  readonly vehicle: number
  readonly visits: readonly number[]
}

export function createSolution(prepared: PreparedProblem): Solution {
  const absent = Array.from({ length: prepared.customerCount }, (_, customer) => customer)
  const absentCost = prepared.penalties.reduce((sum, penalty) => sum + penalty, 0)
  const routes = prepared.problem.vehicles.map((_, index) => createRoute(prepared, index))
  // Those that are under way cost something even with nobody to serve.
  const routesCost = routes.reduce((sum, { cost }) => sum + cost, 0)
  const routesOfType = groupByType(prepared)
  return {
    routes,
    routeOf: new Int32Array(prepared.customerCount).fill(-1),
    routesOfType,
    bareOfType: routesOfType.map(([first]) => first as number),
    absent,
    routesCost,
    absentCost,
    kept: { touched: [], absent: [...absent], routesCost, absentCost },
  }
}

export function costOf(solution: Solution): number {
  return solution.routesCost + solution.absentCost
}

function groupByType({ types }: PreparedProblem): number[][] {
  const typeCount = types.reduce((most, type) => Math.max(most, type + 1), 0)
  const groups: number[][] = Array.from({ length: typeCount }, () => [])
  for (const [index, type] of types.entries()) groups[type]?.push(index)
  return groups
}

/** What was changed so far stays. */
export function keep({ kept, absent, routesCost, absentCost }: Solution): void {
  for (const route of kept.touched) route.saved.isSaved = false
  kept.touched.length = 0
  copyList(absent, kept.absent)
  kept.routesCost = routesCost
  kept.absentCost = absentCost
}

/** Back to what was kept last. */
export function rollBack(prepared: PreparedProblem, solution: Solution): void {
  const { kept } = solution
  for (const route of kept.touched) assign(prepared, solution, route, -1)
  for (const route of kept.touched) {
    const { saved } = route
    route.nodes.set(saved.nodes.subarray(0, saved.length))
    route.length = saved.length
    saved.isSaved = false
    refreshRoute(prepared, route)
    assign(prepared, solution, route, route.index)
  }
  kept.touched.length = 0
  copyList(kept.absent, solution.absent)
  solution.routesCost = kept.routesCost
  solution.absentCost = kept.absentCost
}

/** Writes down whose the customers of a route are. */
export function assign(prepared: PreparedProblem, { routeOf }: Solution, route: Route, index: number): void {
  for (let i = 1; i < route.length - 1; i++) {
    const node = route.nodes[i] as number
    if (node < prepared.customerCount) routeOf[node] = index
  }
}

/** To be called before a route is changed. */
export function touch({ kept }: Solution, route: Route): void {
  const { saved } = route
  if (saved.isSaved) return
  if (saved.nodes.length < route.length) saved.nodes = new Int32Array(route.nodes.length)
  saved.nodes.set(route.nodes.subarray(0, route.length))
  saved.length = route.length
  saved.isSaved = true
  kept.touched.push(route)
}

/** Takes the customers whose `routeOf` was set to -1 out of a route, and mends its tips. */
export function takeOut(prepared: PreparedProblem, solution: Solution, route: Route): void {
  touch(solution, route)
  solution.routesCost -= route.cost
  dropUnassigned(prepared, solution, route)
  dropNeedlessTips(prepared, route)
  // Only travel times that break the triangle inequality can make a shorter route late. Then nobody stays in it.
  if (!refreshRoute(prepared, route)) {
    for (let i = 1; i < route.length - 1; i++) {
      const node = route.nodes[i] as number
      if (node < prepared.customerCount) solution.routeOf[node] = -1
    }
    dropUnassigned(prepared, solution, route)
    dropNeedlessTips(prepared, route)
    refreshRoute(prepared, route)
  }
  solution.routesCost += route.cost
}

function dropUnassigned(prepared: PreparedProblem, solution: Solution, route: Route): void {
  let length = 0
  for (let i = 0; i < route.length; i++) {
    const node = route.nodes[i] as number
    if (node < prepared.customerCount && (solution.routeOf[node] as number) === -1) {
      solution.absent.push(node)
      solution.absentCost += prepared.penalties[node] as number
    } else {
      route.nodes[length++] = node
    }
  }
  route.length = length
}

/**
 * Puts an absent customer where `insertion` says. The caller removes it from the list of the absent. False, and nothing
 * is changed, where that breaks a rule after all: only by the rounding of times, or where a tip's releases were taken
 * for those of its trip.
 */
export function putIn(
  prepared: PreparedProblem,
  solution: Solution,
  customer: number,
  { route: index, after, tip, isTipFirst }: Insertion,
): boolean {
  const route = solution.routes[index] as Route
  touch(solution, route)
  solution.routesCost -= route.cost
  if (tip === -1) insertNodes(prepared, route, after, customer)
  else if (isTipFirst) insertNodes(prepared, route, after, tip, customer)
  else insertNodes(prepared, route, after, customer, tip)
  if (!refreshRoute(prepared, route)) {
    removeNodes(route, after, tip === -1 ? 1 : 2)
    refreshRoute(prepared, route)
    solution.routesCost += route.cost
    return false
  }
  solution.routesCost += route.cost
  solution.absentCost -= prepared.penalties[customer] as number
  solution.routeOf[customer] = index
  return true
}

export function exportPlan({ routes, absent }: Solution): VrpPlan {
  const used = routes.filter(isUsed)
  return {
    cost: used.reduce((sum, { cost }) => sum + cost, 0),
    routes: used.map(({ index, nodes, length }) => ({
      vehicle: index,
      visits: Array.from(nodes.subarray(1, length - 1)),
    })),
    absent: [...absent],
  }
}

/** Makes the solution a plan; customers of a route that breaks a rule, or that the plan does not name, are absent. */
export function importPlan(prepared: PreparedProblem, solution: Solution, plan: VrpPlan): void {
  const { routes, routeOf, absent } = solution
  for (const route of routes) clearRoute(route)
  routeOf.fill(-1)
  for (const { vehicle, visits } of plan.routes) {
    const route = routes[vehicle]
    if (!route) continue
    removeNodes(route, 0, route.length - 2)
    for (const [i, place] of visits.entries()) insertNodes(prepared, route, i, place)
    if (
      refreshRoute(prepared, route) &&
      keepsStreams(prepared, route) &&
      visits.every((place) => mayVisit(prepared, solution, route, place))
    ) {
      assign(prepared, solution, route, vehicle)
    } else {
      clearRoute(route)
    }
  }
  absent.length = 0
  solution.routesCost = 0
  solution.absentCost = 0
  for (const route of routes) {
    refreshRoute(prepared, route)
    solution.routesCost += route.cost
  }
  for (let customer = 0; customer < prepared.customerCount; customer++) {
    if (routeOf[customer] !== -1) continue
    absent.push(customer)
    solution.absentCost += prepared.penalties[customer] as number
  }
  keep(solution)
}

/** Whether what is carried between two tips is of one stream, each tip takes it, and nothing is carried home. */
function keepsStreams({ customerCount, tipCount, streams, tipsOf }: PreparedProblem, route: Route): boolean {
  if (tipCount === 0) return true
  const { nodes, length, vehicle } = route
  let carried = isLoadedAtStart(route) ? (vehicle.underWay?.stream ?? -1) : -1
  for (let i = 1; i < length - 1; i++) {
    const node = nodes[i] as number
    if (node < customerCount) {
      const stream = streams[node] as number
      if (carried !== -1 && carried !== stream) return false
      carried = stream
    } else {
      if (carried !== -1 && !tipsOf.get(carried)?.includes(node)) return false
      carried = -1
    }
  }
  return carried === -1
}

function mayVisit(prepared: PreparedProblem, { routeOf }: Solution, route: Route, place: number): boolean {
  return place >= prepared.customerCount || (mayServe(prepared, route, place) && routeOf[place] === -1)
}

function copyList(from: readonly number[], to: number[]): void {
  to.length = from.length
  for (let i = 0; i < from.length; i++) to[i] = from[i] as number
}
