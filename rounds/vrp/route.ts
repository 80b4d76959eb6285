import type { PreparedProblem, Vehicle } from './problem.ts'

/**
 * One vehicle's day as places in order, with what makes trying an insertion a matter of a few look-ups. An insertion
 * "after i" goes between nodes i and i + 1.
 */
export interface Route {
  /** The index of its vehicle. */
  readonly index: number
  readonly vehicle: Vehicle
  readonly type: number
  /** The depot's place. */
  readonly depot: number
  /** From depot to depot; of one that is not used, these two alone. */
  nodes: Int32Array
  length: number
  /** When the vehicle leaves a node at the earliest. */
  depart: Float64Array
  /** When it must have reached a node at the latest, for all that comes after to be in time. */
  latest: Float64Array
  /** Of the trip that an insertion after i joins: what is loaded up to i, and in all; by node and dimension. */
  loaded: Float64Array
  total: Float64Array
  /** The stream of that trip; -1 where it has nothing yet. */
  stream: Int32Array
  /** 0 where it is not used. */
  cost: number
  /** What it was before this iteration touched it. */
  readonly saved: { nodes: Int32Array; length: number; cost: number; isSaved: boolean }
}

export function createRoute(prepared: PreparedProblem, vehicleIndex: number): Route {
  const vehicle = prepared.problem.vehicles[vehicleIndex] as Vehicle
  const depot = prepared.customerCount + prepared.tipCount + vehicle.depot
  const route: Route = {
    index: vehicleIndex,
    vehicle,
    type: prepared.types[vehicleIndex] as number,
    depot,
    nodes: new Int32Array(0),
    length: 2,
    depart: new Float64Array(0),
    latest: new Float64Array(0),
    loaded: new Float64Array(0),
    total: new Float64Array(0),
    stream: new Int32Array(0),
    cost: 0,
    saved: { nodes: new Int32Array(0), length: 0, cost: 0, isSaved: false },
  }
  makeRoom(route, 16, prepared.dimensions)
  route.nodes[0] = depot
  route.nodes[1] = depot
  refreshRoute(prepared, route)
  return route
}

/** Room for `length` nodes; keeps the nodes, not what is derived from them. */
function makeRoom(route: Route, length: number, dimensions: number): void {
  if (route.nodes.length >= length) return
  const room = Math.max(length, route.nodes.length * 2)
  const nodes = new Int32Array(room)
  nodes.set(route.nodes)
  route.nodes = nodes
  route.depart = new Float64Array(room)
  route.latest = new Float64Array(room)
  route.loaded = new Float64Array(room * dimensions)
  route.total = new Float64Array(room * dimensions)
  route.stream = new Int32Array(room)
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

/** Works everything out anew from the nodes; false where a window or a capacity does not hold. */
export function refreshRoute(prepared: PreparedProblem, route: Route): boolean {
  const isInTime = refreshTimes(prepared, route)
  return refreshLoads(prepared, route) && isInTime
}

function refreshTimes(prepared: PreparedProblem, route: Route): boolean {
  const { problem, placeCount, service, opens, closes } = prepared
  const { distances, durations } = problem
  const { vehicle, nodes, length, depart, latest } = route
  const { customerCount, links } = prepared
  const { positionOf, before, behind } = links
  const spare = vehicle.breakSeconds
  let isInTime = true
  let distance = 0
  let from = nodes[0] as number
  let time = vehicle.earliest
  depart[0] = time
  for (let i = 1; i < length; i++) {
    const to = nodes[i] as number
    if (to < customerCount) {
      positionOf[to] = i
      before[to] = from
      behind[to] = nodes[i + 1] as number
    }
    const arc = from * placeCount + to
    distance += distances[arc] as number
    time += durations[arc] as number
    if (time < (opens[to] as number)) time = opens[to] as number
    if (time > (closes[to] as number) - spare) isInTime = false
    time += service[to] as number
    depart[i] = time
    from = to
  }
  if (time > vehicle.latest - spare) isInTime = false
  let next = nodes[length - 1] as number
  latest[length - 1] = vehicle.latest - spare
  for (let i = length - 2; i >= 0; i--) {
    const node = nodes[i] as number
    const bound =
      (latest[i + 1] as number) - (durations[node * placeCount + next] as number) - (service[node] as number)
    latest[i] = Math.min((closes[node] as number) - spare, bound)
    next = node
  }
  route.cost =
    length === 2
      ? 0
      : vehicle.fixedCost + vehicle.costPerM * distance + vehicle.costPerSecond * (time - vehicle.earliest)
  return isInTime
}

function refreshLoads(prepared: PreparedProblem, route: Route): boolean {
  const { customerCount, dimensions, demands, streams } = prepared
  const { nodes, length, loaded, total, stream, vehicle } = route
  let fits = true
  let start = 0
  for (let i = 0; i < length; i++) {
    const node = nodes[i] as number
    const isCustomer = node < customerCount
    if (!isCustomer) start = i
    stream[i] = isCustomer ? (streams[node] as number) : -1
    for (let d = 0; d < dimensions; d++) {
      const before = isCustomer ? (loaded[(i - 1) * dimensions + d] as number) : 0
      loaded[i * dimensions + d] = before + (isCustomer ? (demands[node * dimensions + d] as number) : 0)
    }
    const next = nodes[i + 1] as number
    if (i + 1 < length && next < customerCount) continue
    for (let d = 0; d < dimensions; d++) {
      const sum = loaded[i * dimensions + d] as number
      if (sum > (vehicle.capacity[d] as number) + LOAD_TOLERANCE) fits = false
      for (let j = start; j <= i; j++) total[j * dimensions + d] = sum
    }
    stream[start] = i > start ? (stream[i] as number) : -1
  }
  if (prepared.tipCount === 0) {
    prepared.links.room[route.index] = (vehicle.capacity[0] as number) - (total[0] as number) + LOAD_TOLERANCE
  }
  return fits
}

/** Sums of loads in another order differ by rounding alone: not by a gram, in kilograms, nor by a millilitre. */
const LOAD_TOLERANCE = 1e-6
