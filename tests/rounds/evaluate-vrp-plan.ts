import type { Problem, Vehicle } from '../../rounds/vrp/problem.ts'
import type { VrpPlan } from '../../rounds/vrp/solution.ts'
import {
  driveTo,
  dropAfter,
  endOf,
  findMetres,
  isPossible,
  mayRest,
  passSeconds,
  startClock,
  waitUntil,
} from './route-clock.ts'

/**
 * Drives a plan through as a lorry would, sharing nothing with the solver but the problem: what it costs, and every rule
 * that it breaks, in words. Breaks are taken wherever the route ends the earliest.
 */
export function evaluateVrpPlan(problem: Problem, plan: VrpPlan): { cost: number; faults: string[] } {
  const { customers, vehicles } = problem
  const faults: string[] = []
  const servedBy = new Map<number, number[]>()
  const visitsOf = new Map<number, readonly number[]>()
  for (const { vehicle, visits } of plan.routes) {
    if (!vehicles[vehicle]) faults.push(`vehicle ${vehicle} does not exist`)
    if (visitsOf.has(vehicle)) faults.push(`vehicle ${vehicle} drives two routes`)
    visitsOf.set(vehicle, visits)
  }
  let cost = 0
  for (const [index, vehicle] of vehicles.entries()) {
    // Who is under way comes home, be it in the plan or not.
    const visits = visitsOf.get(index) ?? (vehicle.underWay ? [] : undefined)
    if (!visits) continue
    const complain = (fault: string): void => void faults.push(`vehicle ${index} ${fault}`)
    checkLoads(problem, vehicle, visits, complain)
    const { metres, end } = scheduleVisits(problem, vehicle, visits, complain)
    cost += vehicle.fixedCost + vehicle.costPerM * metres + vehicle.costPerSecond * (end - vehicle.earliest)
    for (const place of visits) servedBy.set(place, [...(servedBy.get(place) ?? []), index])
  }
  for (const [index, { vehicleCosts }] of customers.entries()) {
    const absences = plan.absent.filter((absent) => absent === index).length
    const [vehicle] = servedBy.get(index) ?? []
    const times = absences + (servedBy.get(index)?.length ?? 0)
    if (times !== 1) faults.push(`customer ${index} is there ${times} times`)
    if (!vehicleCosts || vehicle === undefined) continue
    const ofVehicle = vehicleCosts[vehicle] as number
    if (ofVehicle === Number.POSITIVE_INFINITY) faults.push(`vehicle ${vehicle} may not serve ${index}`)
    else cost += ofVehicle
  }
  if (!(Math.abs(cost - plan.cost) <= 1e-6 * Math.max(1, cost))) {
    faults.push(`the plan says that it costs ${plan.cost}, and it costs ${cost}`)
  }
  return { cost, faults }
}

type Complain = (fault: string) => void

function checkLoads(
  { customers, tips, depotCount }: Problem,
  vehicle: Vehicle,
  visits: readonly number[],
  complain: Complain,
): void {
  const { capacity, dayLimit, underWay } = vehicle
  const hasTips = tips.length > 0
  let load: readonly number[] = underWay?.load ?? capacity.map(() => 0)
  let collected: readonly number[] = capacity.map(() => 0)
  let streams = new Set(underWay?.load.some((amount) => amount > 0) ? [underWay.stream] : [])
  for (const place of visits) {
    const customer = customers[place]
    const tip = tips[place - customers.length]
    if (customer) {
      load = load.map((amount, d) => amount + (customer.demand[d] as number))
      collected = collected.map((amount, d) => amount + (customer.demand[d] as number))
      streams.add(customer.stream)
      if ((customer.skills & ~vehicle.skills) !== 0) complain(`lacks a skill at ${place}`)
      if (vehicle.streams && !vehicle.streams.includes(customer.stream)) {
        complain(`does not take stream ${customer.stream}`)
      }
      for (const [d, amount] of load.entries()) {
        if (amount > (capacity[d] as number) + 1e-6)
          complain(`carries ${amount} of ${capacity[d]} at ${place}`)
      }
      if (hasTips && streams.size > 1) complain(`mixes streams at ${place}`)
    } else if (tip) {
      for (const stream of streams) {
        if (tip.streams && !tip.streams.includes(stream))
          complain(`unloads ${stream} at ${place}, which does not take it`)
      }
      load = load.map(() => 0)
      streams = new Set()
    } else {
      complain(
        `visits ${place}, which is none of ${customers.length + tips.length} customers and tips and ${depotCount} depots`,
      )
    }
  }
  if (hasTips && streams.size > 0) complain('comes home with a load')
  for (const [d, limit] of (dayLimit ?? []).entries()) {
    if ((collected[d] as number) > limit + 1e-6)
      complain(`collects ${collected[d]} in a day that is limited to ${limit}`)
  }
}

function scheduleVisits(
  problem: Problem,
  vehicle: Vehicle,
  visits: readonly number[],
  complain: Complain,
): { metres: number; end: number } {
  const { customers, tips } = problem
  const firstDepot = customers.length + tips.length
  const home = firstDepot + (vehicle.endDepot ?? vehicle.depot)
  let place = firstDepot + vehicle.depot
  let metres = 0
  let clock = mayRest(
    vehicle,
    waitUntil(findRelease(problem, visits, 0), mayRest(vehicle, startClock(vehicle))),
  )
  for (const [index, next] of visits.entries()) {
    const stop = customers[next] ?? tips[next - customers.length]
    if (!stop) continue
    metres += findMetres(problem, vehicle, place, next)
    const arrival = mayRest(vehicle, driveTo(problem, vehicle, place, next, clock))
    const service = dropAfter(stop.closes, waitUntil(stop.opens, arrival))
    if (isPossible(arrival) && !isPossible(service))
      complain(`is late at ${next}, which closes at ${stop.closes}`)
    clock = mayRest(vehicle, passSeconds(stop.serviceSeconds, service))
    if (next >= customers.length) {
      clock = mayRest(vehicle, waitUntil(findRelease(problem, visits, index + 1), clock))
    }
    place = next
  }
  metres += findMetres(problem, vehicle, place, home)
  const arrival = driveTo(problem, vehicle, place, home, clock)
  const end = endOf(vehicle, dropAfter(vehicle.latest, arrival))
  if (isPossible(arrival) && end === Number.POSITIVE_INFINITY) {
    complain(`is not home by ${vehicle.latest} with its break: ${JSON.stringify(arrival)}`)
  }
  return { metres, end }
}

/** When the last of the trip that begins with a visit is ready. */
function findRelease({ customers }: Problem, visits: readonly number[], first: number): number {
  let release = Number.NEGATIVE_INFINITY
  for (const place of visits.slice(first)) {
    const customer = customers[place]
    if (!customer) break
    release = Math.max(release, customer.releaseTime ?? release)
  }
  return release
}
