import type { PreparedProblem } from './prepare-problem.ts'
import { isBare, LOAD_TOLERANCE, type Route, refreshRoute, removeNodes } from './route.ts'

/**
 * Leaves out the visits to a tip that a route no longer needs: those with nothing to unload, and those between two loads
 * of one stream that fit the vehicle together; then moves each to the tip that is nearest on the way. The route is to
 * be refreshed afterwards.
 */
export function tidyTips(prepared: PreparedProblem, route: Route): void {
  if (prepared.tipCount === 0 || isBare(route)) return
  dropNeedlessTips(prepared, route)
  if (prepared.tipCount > 1) chooseNearestTips(prepared, route)
}

function dropNeedlessTips(prepared: PreparedProblem, route: Route): void {
  const { customerCount, dimensions, streams, demands } = prepared
  const { nodes, vehicle } = route
  const carried = new Float64Array(dimensions)
  const { underWay } = vehicle
  let stream = -1
  if (underWay?.load.some((amount) => amount > 0)) {
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
    } else if (stream === -1 || (joinsNext(i) && staysInTimeWithout(prepared, route, i))) {
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

/** A trip that is joined to the next one waits for the other's releases, too: that may be too late. */
function staysInTimeWithout(prepared: PreparedProblem, route: Route, i: number): boolean {
  if (!prepared.releases) return true
  const before = route.nodes.slice(0, route.length)
  removeNodes(route, i - 1, 1)
  const isInTime = refreshRoute(prepared, route)
  route.nodes.set(before)
  route.length = before.length
  return isInTime
}

function chooseNearestTips(prepared: PreparedProblem, route: Route): void {
  const { customerCount, placeCount, streams, tipsOf, service } = prepared
  const { nodes, vehicle, distances, durations } = route
  const before = nodes.slice(0, route.length)
  let hasChanged = false
  for (let i = 1; i < route.length - 1; i++) {
    const node = nodes[i] as number
    if (node < customerCount) continue
    const from = nodes[i - 1] as number
    const to = nodes[i + 1] as number
    const costVia = (tip: number): number =>
      vehicle.costPerM *
        ((distances[from * placeCount + tip] as number) + (distances[tip * placeCount + to] as number)) +
      vehicle.costPerSecond *
        ((durations[from * placeCount + tip] as number) +
          (durations[tip * placeCount + to] as number) +
          (service[tip] as number))
    let best = node
    let bestCost = costVia(node)
    const stream = from < customerCount ? (streams[from] as number) : (vehicle.underWay?.stream ?? -1)
    for (const tip of tipsOf.get(stream) ?? []) {
      const cost = costVia(tip)
      if (cost < bestCost) {
        best = tip
        bestCost = cost
      }
    }
    if (best === node) continue
    nodes[i] = best
    hasChanged = true
  }
  // A tip that is nearer may be closed at that time.
  if (hasChanged && !refreshRoute(prepared, route)) nodes.set(before)
}
