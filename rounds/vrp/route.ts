import type { PreparedProblem } from './prepare-problem.ts'
import type { Vehicle } from './problem.ts'

/**
 * One vehicle's day as places in order, with what makes trying an insertion a matter of a few look-ups. An insertion
 * "after i" goes between nodes i and i + 1.
 */
export interface Route {
  /** The index of its vehicle. */
  readonly index: number
  readonly vehicle: Vehicle
  readonly type: number
  readonly distances: Int32Array
  readonly durations: Int32Array
  readonly profiles: Uint16Array | undefined
  /** Whether its times are plain sums: it takes no break, and speeds do not change. */
  readonly isSteady: boolean
  /** What it drives with nobody to serve: from depot to depot, unloading on the way what it carries already. */
  bare: readonly number[]
  /** From depot to depot. */
  nodes: Int32Array
  length: number
  /** When the vehicle leaves a node at the earliest, and when with its break behind it. */
  depart: Float64Array
  departRested: Float64Array
  /** When it must have reached a node at the latest, for all that comes after to be in time; the same with its break behind it. */
  latest: Float64Array
  latestRested: Float64Array
  /** Of the trip that an insertion after i joins: what is loaded up to i, and in all; by node and dimension. */
  loaded: Float64Array
  total: Float64Array
  /** The stream of that trip; -1 where it has nothing yet. */
  stream: Int32Array
  /** The node where it begins. */
  tripStart: Int32Array
  /** Before this the vehicle does not leave a node, for the releases of the trip that begins there. */
  release: Float64Array
  /** On all trips, by dimension. */
  readonly collected: Float64Array
  /** When it is home. */
  end: number
  /** From which node on its break is behind it, on the way that brings it home then; its length where it takes none. */
  restedFrom: number
  /** 0 where it is not used. */
  cost: number
  /** What it was before this iteration touched it. */
  readonly saved: { nodes: Int32Array; length: number; isSaved: boolean }
}

/** Whether it serves nobody. */
export function isBare({ length, bare }: Route): boolean {
  return length === bare.length
}

/** Whether the vehicle drives at all. */
export function isUsed(route: Route): boolean {
  return !isBare(route) || route.vehicle.underWay !== undefined
}

/** Whether the route's vehicle may serve a customer. */
export function mayServe(
  { mayServe, customerCount }: PreparedProblem,
  { type }: Route,
  customer: number,
): boolean {
  return (mayServe[type * customerCount + customer] as number) === 1
}

/** Whether it may serve all customers among these places. */
export function mayServeAll(prepared: PreparedProblem, route: Route, places: Int32Array): boolean {
  return places.every((place) => place >= prepared.customerCount || mayServe(prepared, route, place))
}

/** What it costs besides the way that a customer is put in. */
export function fixedCostOf(
  { vehicleCosts, customerCount }: PreparedProblem,
  route: Route,
  customer: number,
): number {
  const { vehicle, index } = route
  const cost = isBare(route) && vehicle.underWay === undefined ? vehicle.fixedCost : 0
  return vehicleCosts ? cost + (vehicleCosts[index * customerCount + customer] as number) : cost
}

/** Serves nobody any more. The route is to be refreshed afterwards. */
export function clearRoute(route: Route): void {
  route.nodes.set(route.bare)
  route.length = route.bare.length
}

/** Whether its vehicle carries something before it has served anybody. */
export function isLoadedAtStart({ vehicle }: Route): boolean {
  return vehicle.underWay?.load.some((amount) => amount > 0) ?? false
}

/** Room for `length` nodes; keeps the nodes, not what is derived from them. */
export function makeRoom(route: Route, length: number, dimensions: number): void {
  if (route.nodes.length >= length) return
  const room = Math.max(length, route.nodes.length * 2)
  const nodes = new Int32Array(room)
  nodes.set(route.nodes)
  route.nodes = nodes
  route.depart = new Float64Array(room)
  route.departRested = new Float64Array(room)
  route.latest = new Float64Array(room)
  route.latestRested = new Float64Array(room)
  route.loaded = new Float64Array(room * dimensions)
  route.total = new Float64Array(room * dimensions)
  route.stream = new Int32Array(room)
  route.tripStart = new Int32Array(room)
  route.release = new Float64Array(room).fill(Number.NEGATIVE_INFINITY)
}

/** Puts one or two places in after node i. The route is to be refreshed afterwards. */
export function insertNodes(
  prepared: PreparedProblem,
  route: Route,
  i: number,
  first: number,
  second?: number,
): void {
  const count = second === undefined ? 1 : 2
  makeRoom(route, route.length + count, prepared.dimensions)
  route.nodes.copyWithin(i + 1 + count, i + 1, route.length)
  route.nodes[i + 1] = first
  if (second !== undefined) route.nodes[i + 2] = second
  route.length += count
}

/** Takes nodes out behind node i. The route is to be refreshed afterwards. */
export function removeNodes(route: Route, i: number, count: number): void {
  route.nodes.copyWithin(i + 1, i + 1 + count, route.length)
  route.length -= count
}
