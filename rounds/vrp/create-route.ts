import { matrixOf, type PreparedProblem } from './prepare-problem.ts'
import type { Vehicle } from './problem.ts'
import { refreshRoute } from './refresh-route.ts'
import { clearRoute, isLoadedAtStart, makeRoom, type Route } from './route.ts'

/** The route of a vehicle that serves nobody yet. */
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
    restedFrom: 0,
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
