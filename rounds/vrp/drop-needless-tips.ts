import type { PreparedProblem } from './prepare-problem.ts'
import { LOAD_TOLERANCE, refreshRoute } from './refresh-route.ts'
import { isBare, isLoadedAtStart, type Route, removeNodes } from './route.ts'

/**
 * Leaves out the visits to a tip that a route no longer needs: those with nothing to unload, and those between two loads
 * of one stream that fit the vehicle together. The route is to be refreshed afterwards.
 */
export function dropNeedlessTips(prepared: PreparedProblem, route: Route): void {
  if (prepared.tipCount === 0 || isBare(route)) return
  const { customerCount, dimensions, streams, demands } = prepared
  const { nodes, vehicle } = route
  const carried = new Float64Array(dimensions)
  const { underWay } = vehicle
  let stream = -1
  if (underWay && isLoadedAtStart(route)) {
    stream = underWay.stream
    carried.set(underWay.load)
  }
  for (let i = 1; i < route.length - 1; ) {
    const node = nodes[i] as number
    if (node < customerCount) {
      stream = streams[node] as number
      for (let d = 0; d < dimensions; d++) {
        carried[d] = (carried[d] as number) + (demands[node * dimensions + d] as number)
      }
      i++
    } else if (stream === -1 || (joinsNext(i) && isBetterWithout(prepared, route, i))) {
      removeNodes(route, i - 1, 1)
    } else {
      stream = -1
      carried.fill(0)
      i++
    }
  }

  /** Whether the load so far and the next one, after the tip at i, may be carried together. */
  function joinsNext(i: number): boolean {
    const end = route.length - 1
    let j = i + 1
    while (j < end && (nodes[j] as number) >= customerCount) j++
    if (j >= end || streams[nodes[j] as number] !== stream) return false
    const sum = Float64Array.from(carried)
    for (; j < end && (nodes[j] as number) < customerCount; j++) {
      for (let d = 0; d < dimensions; d++) {
        sum[d] = (sum[d] as number) + (demands[(nodes[j] as number) * dimensions + d] as number)
      }
    }
    return sum.every((amount, d) => amount <= (vehicle.capacity[d] as number) + LOAD_TOLERANCE)
  }
}

/** A trip that is joined to the next one waits for the other's releases, too: that may be too late, or dear. */
function isBetterWithout(prepared: PreparedProblem, route: Route, i: number): boolean {
  if (!prepared.releases) return true
  const before = route.nodes.slice(0, route.length)
  refreshRoute(prepared, route)
  const { cost } = route
  removeNodes(route, i - 1, 1)
  const isBetter = refreshRoute(prepared, route) && route.cost <= cost
  route.nodes.set(before)
  route.length = before.length
  return isBetter
}
