import { refreshMoments } from './moment.ts'
import { matrixOf, type PreparedProblem } from './prepare-problem.ts'
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
  readonly profiles: Uint8Array | undefined
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
  /** 0 where it is not used. */
  cost: number
  /** What it was before this iteration touched it. */
  readonly saved: { nodes: Int32Array; length: number; isSaved: boolean }
}

export function createRoute(prepared: PreparedProblem, vehicleIndex: number): Route {
  const { customerCount, tipCount, dimensions, problem } = prepared
  const vehicle = problem.vehicles[vehicleIndex] as Vehicle
  const { distances, durations, profiles } = matrixOf(problem, vehicle)
  const depotAt = customerCount + tipCount
  const route: Route = {
    index: vehicleIndex,
    vehicle,
    type: prepared.types[vehicleIndex] as number,
    distances,
    durations,
    profiles,
    isSteady: vehicle.rest === null && (profiles === undefined || problem.speeds === undefined),
    bare: [depotAt + vehicle.depot, depotAt + (vehicle.endDepot ?? vehicle.depot)],
    nodes: new Int32Array(0),
    length: 0,
    depart: new Float64Array(0),
    departRested: new Float64Array(0),
    latest: new Float64Array(0),
    latestRested: new Float64Array(0),
    loaded: new Float64Array(0),
    total: new Float64Array(0),
    stream: new Int32Array(0),
    tripStart: new Int32Array(0),
    release: new Float64Array(0),
    collected: new Float64Array(dimensions),
    end: vehicle.earliest,
    cost: 0,
    saved: { nodes: new Int32Array(0), length: 0, isSaved: false },
  }
  makeRoom(route, 16, dimensions)
  route.bare = findCheapestBare(prepared, route)
  clearRoute(route)
  refreshRoute(prepared, route)
  return route
}

/** With the tip that a vehicle which carries something already goes to in any case. */
function findCheapestBare(prepared: PreparedProblem, route: Route): readonly number[] {
  const { underWay } = route.vehicle
  if (!underWay || prepared.tipCount === 0 || !isLoadedAtStart(route)) return route.bare
  const [start, end] = route.bare as readonly [number, number]
  let best = route.bare
  let bestCost = Number.POSITIVE_INFINITY
  for (const tip of prepared.tipsOf.get(underWay.stream) ?? []) {
    route.bare = [start, tip, end]
    clearRoute(route)
    // One that is late already goes to the tip that is cheapest all the same.
    const cost = refreshRoute(prepared, route) ? route.cost : route.cost + LATE_PENALTY
    if (cost >= bestCost) continue
    best = route.bare
    bestCost = cost
  }
  return best
}

const LATE_PENALTY = 1e12

/** Whether its vehicle carries something before it has served anybody. */
export function isLoadedAtStart({ vehicle }: Route): boolean {
  return vehicle.underWay?.load.some((amount) => amount > 0) ?? false
}

/** Whether it serves nobody. */
export function isBare({ length, bare }: Route): boolean {
  return length === bare.length
}

/** Whether the vehicle drives at all. */
export function isUsed(route: Route): boolean {
  return !isBare(route) || route.vehicle.underWay !== undefined
}

/** Serves nobody any more. The route is to be refreshed afterwards. */
export function clearRoute(route: Route): void {
  route.nodes.set(route.bare)
  route.length = route.bare.length
}

/** Room for `length` nodes; keeps the nodes, not what is derived from them. */
function makeRoom(route: Route, length: number, dimensions: number): void {
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

/** Works everything out anew from the nodes; false where a window, a break, a capacity or a day's limit does not hold. */
export function refreshRoute(prepared: PreparedProblem, route: Route): boolean {
  const fits = refreshLoads(prepared, route)
  const distance = refreshLinks(prepared, route)
  let isInTime = true
  if (prepared.hasTimes) {
    isInTime = route.isSteady ? refreshTimes(prepared, route) : refreshMoments(prepared, route)
  }
  route.cost = isUsed(route) ? costOfRoute(prepared, route, distance) : 0
  return fits && isInTime
}

function costOfRoute(
  { promisedTo, changeCosts, customerCount }: PreparedProblem,
  route: Route,
  distance: number,
): number {
  const { vehicle, nodes, length, index } = route
  const { fixedCost, costPerM, costPerSecond, earliest } = vehicle
  let cost = fixedCost + costPerM * distance
  if (costPerSecond > 0) cost += costPerSecond * (route.end - earliest)
  if (promisedTo) {
    for (let i = 1; i < length - 1; i++) {
      const node = nodes[i] as number
      if (node >= customerCount) continue
      const promised = promisedTo[node] as number
      if (promised !== -1 && promised !== index) cost += changeCosts[node] as number
    }
  }
  return cost
}

/** Returns the metres of the way. */
function refreshLinks({ placeCount, customerCount, links }: PreparedProblem, route: Route): number {
  const { positionOf, before, behind } = links
  const { nodes, length, distances } = route
  let distance = 0
  let from = nodes[0] as number
  for (let i = 1; i < length; i++) {
    const to = nodes[i] as number
    if (to < customerCount) {
      positionOf[to] = i
      before[to] = from
      behind[to] = nodes[i + 1] as number
    }
    distance += distances[from * placeCount + to] as number
    from = to
  }
  return distance
}

/** The times of a route that is steady. */
function refreshTimes(prepared: PreparedProblem, route: Route): boolean {
  const { placeCount, service, opens, closes, releases } = prepared
  const { vehicle, nodes, length, depart, latest, durations, release } = route
  let isInTime = true
  let from = nodes[0] as number
  let time = vehicle.earliest
  if (releases && time < (release[0] as number)) time = release[0] as number
  depart[0] = time
  for (let i = 1; i < length; i++) {
    const to = nodes[i] as number
    time += durations[from * placeCount + to] as number
    if (time < (opens[to] as number)) time = opens[to] as number
    if (time > (closes[to] as number)) isInTime = false
    time += service[to] as number
    if (releases && time < (release[i] as number)) time = release[i] as number
    depart[i] = time
    from = to
  }
  if (time > vehicle.latest) isInTime = false
  route.end = time
  let next = nodes[length - 1] as number
  let bound = vehicle.latest
  latest[length - 1] = bound
  for (let i = length - 2; i >= 0; i--) {
    const node = nodes[i] as number
    bound -= (durations[node * placeCount + next] as number) + (service[node] as number)
    if (bound > (closes[node] as number)) bound = closes[node] as number
    latest[i] = bound
    next = node
  }
  return isInTime
}

function refreshLoads(prepared: PreparedProblem, route: Route): boolean {
  const { customerCount, dimensions, demands, streams, releases } = prepared
  const { nodes, length, loaded, total, stream, vehicle, tripStart, collected, release } = route
  const { capacity, dayLimit, underWay } = vehicle
  const initialStream = underWay && isLoadedAtStart(route) ? underWay.stream : -1
  let fits = true
  let start = 0
  let latestRelease = Number.NEGATIVE_INFINITY
  collected.fill(0)
  for (let i = 0; i < length; i++) {
    const node = nodes[i] as number
    const isCustomer = node < customerCount
    if (!isCustomer) {
      start = i
      latestRelease = Number.NEGATIVE_INFINITY
    }
    tripStart[i] = start
    stream[i] = isCustomer ? (streams[node] as number) : i === 0 ? initialStream : -1
    for (let d = 0; d < dimensions; d++) {
      if (isCustomer) {
        const demand = demands[node * dimensions + d] as number
        loaded[i * dimensions + d] = (loaded[(i - 1) * dimensions + d] as number) + demand
        collected[d] = (collected[d] as number) + demand
      } else {
        loaded[i * dimensions + d] = i === 0 ? (underWay?.load[d] ?? 0) : 0
      }
    }
    if (releases && isCustomer) latestRelease = Math.max(latestRelease, releases[node] as number)
    const next = nodes[i + 1] as number
    if (i + 1 < length && next < customerCount) continue
    for (let d = 0; d < dimensions; d++) {
      const sum = loaded[i * dimensions + d] as number
      if (sum > (capacity[d] as number) + LOAD_TOLERANCE) fits = false
      for (let j = start; j <= i; j++) total[j * dimensions + d] = sum
    }
    if (i > start) stream[start] = stream[i] as number
    if (releases) {
      release.fill(Number.NEGATIVE_INFINITY, start, i + 1)
      release[start] = latestRelease
    }
  }
  if (dayLimit) {
    for (let d = 0; d < dimensions; d++) {
      if ((collected[d] as number) > (dayLimit[d] as number) + LOAD_TOLERANCE) fits = false
    }
  }
  if (prepared.tipCount === 0) {
    prepared.links.room[route.index] = (capacity[0] as number) - (total[0] as number) + LOAD_TOLERANCE
  }
  return fits
}

/** Sums of loads in another order differ by rounding alone: not by a gram, in kilograms, nor by a millilitre. */
export const LOAD_TOLERANCE = 1e-6
