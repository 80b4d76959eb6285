import { refreshMoments } from './moment.ts'
import type { PreparedProblem } from './prepare-problem.ts'
import { isLoadedAtStart, isUsed, type Route } from './route.ts'

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
  { vehicleCosts, customerCount }: PreparedProblem,
  route: Route,
  distance: number,
): number {
  const { vehicle, nodes, length, index } = route
  const { fixedCost, costPerM, costPerSecond, earliest } = vehicle
  let cost = fixedCost + costPerM * distance
  if (costPerSecond > 0) cost += costPerSecond * (route.end - earliest)
  if (vehicleCosts) {
    for (let i = 1; i < length - 1; i++) {
      const node = nodes[i] as number
      if (node < customerCount) cost += vehicleCosts[index * customerCount + node] as number
    }
  }
  return cost
}

/** Returns the metres of the way. */
function refreshLinks({ placeCount, customerCount, links }: PreparedProblem, route: Route): number {
  const { positionOf, before, behind, distanceBefore, distanceBehind } = links
  const { nodes, length, distances } = route
  let distance = 0
  let from = nodes[0] as number
  for (let i = 1; i < length; i++) {
    const to = nodes[i] as number
    const arc = distances[from * placeCount + to] as number
    if (to < customerCount) {
      positionOf[to] = i
      before[to] = from
      distanceBefore[to] = arc
      behind[to] = nodes[i + 1] as number
    }
    if (from < customerCount) distanceBehind[from] = arc
    distance += arc
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
  if (prepared.tipCount === 0 && !prepared.releases) return refreshOneTrip(prepared, route)
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

/** The loads of a route that is one trip, all of whose places are alike. */
function refreshOneTrip(
  { customerCount, dimensions, demands, links }: PreparedProblem,
  route: Route,
): boolean {
  const { nodes, length, total, vehicle, collected, index } = route
  const { capacity, dayLimit, underWay } = vehicle
  let fits = true
  for (let d = 0; d < dimensions; d++) {
    let sum = 0
    for (let i = 1; i < length; i++) {
      const node = nodes[i] as number
      if (node < customerCount) sum += demands[node * dimensions + d] as number
    }
    collected[d] = sum
    total[d] = sum + (underWay?.load[d] ?? 0)
    if ((total[d] as number) > (capacity[d] as number) + LOAD_TOLERANCE) fits = false
    if (dayLimit && sum > (dayLimit[d] as number) + LOAD_TOLERANCE) fits = false
  }
  links.room[index] = (capacity[0] as number) - (total[0] as number) + LOAD_TOLERANCE
  return fits
}

/** Sums of loads in another order differ by rounding alone: not by a gram, in kilograms, nor by a millilitre. */
export const LOAD_TOLERANCE = 1e-6
