import type { RoundProblem } from './round-problem.ts'
import { matrixOf } from './vrp/prepare-problem.ts'
import { type Customer, type Problem, takes, type Vehicle } from './vrp/problem.ts'
import type { VrpRoute } from './vrp/solution.ts'

/** What a bin adds to a lorry's way. */
export interface Detour {
  readonly distanceM: number
  /** With the time that it takes, the lift's included, in the money of the lorries' prices. */
  readonly cost: number
}

/** What the bin costs between two places of a lorry's way. */
export function measureDetour(
  problem: Problem,
  vehicle: Vehicle,
  { before, customer, after }: { before: number; customer: number; after: number },
): Detour {
  const distanceM = addedBetween(problem, vehicle, 'distances', before, customer, after)
  const { serviceSeconds } = problem.customers[customer] as Customer
  const seconds = addedBetween(problem, vehicle, 'durations', before, customer, after) + serviceSeconds
  return { distanceM, cost: distanceM * vehicle.costPerM + seconds * vehicle.costPerSecond }
}

/**
 * The least that a bin which is left would add to the routes that there are, or to a lorry that stays at home; undefined
 * where none of the lorries may take it. Hours and room are not looked at: it says what the bin costs, not whether it fits.
 */
export function findCheapestDetour(
  { problem }: RoundProblem,
  routes: readonly VrpRoute[],
  customer: number,
): Detour | undefined {
  const { stream, skills, demand } = problem.customers[customer] as Customer
  const tips = problem.tips.flatMap((tip, index) =>
    takes(tip.streams, stream) ? [problem.customers.length + index] : [],
  )
  const firstDepot = problem.customers.length + problem.tips.length
  let cheapest: Detour | undefined
  for (const [index, vehicle] of problem.vehicles.entries()) {
    const isAble = takes(vehicle.streams, stream) && (skills & vehicle.skills) === skills
    if (!isAble || demand.some((amount, dimension) => amount > (vehicle.capacity[dimension] ?? 0))) continue
    const [start, end] = [firstDepot + vehicle.depot, firstDepot + (vehicle.endDepot ?? vehicle.depot)]
    const visits = routes.find((route) => route.vehicle === index)?.visits
    if (visits) {
      const stops = [start, ...visits, end]
      for (let stop = 1; stop < stops.length; stop++) {
        const [before, after] = [stops[stop - 1] as number, stops[stop] as number]
        // After its last tip a lorry comes home empty.
        if (problem.tips.length > 0 && stop === stops.length - 1) continue
        consider(measureDetour(problem, vehicle, { before, customer, after }))
      }
    } else for (const tip of tips.length > 0 ? tips : [end]) consider(ownTrip(vehicle, start, tip, end))
  }
  return cheapest

  function consider(detour: Detour): void {
    if (!cheapest || detour.cost < cheapest.cost) cheapest = detour
  }

  function ownTrip(vehicle: Vehicle, start: number, tip: number, end: number): Detour {
    const places = problem.customers.length + problem.tips.length + problem.depotCount
    const { distances, durations } = matrixOf(problem, vehicle)
    const legs = [start * places + customer, customer * places + tip, tip * places + end]
    const sum = (of: Int32Array): number => legs.reduce((total, leg) => total + (of[leg] as number), 0)
    const service = (problem.customers[customer] as Customer).serviceSeconds
    const unloading = problem.tips[tip - problem.customers.length]?.serviceSeconds ?? 0
    const distanceM = sum(distances)
    const seconds = sum(durations) + service + unloading
    const cost = vehicle.fixedCost + distanceM * vehicle.costPerM + seconds * vehicle.costPerSecond
    return { distanceM, cost }
  }
}

function addedBetween(
  problem: Problem,
  vehicle: Vehicle,
  what: 'distances' | 'durations',
  before: number,
  customer: number,
  after: number,
): number {
  const places = problem.customers.length + problem.tips.length + problem.depotCount
  const table = matrixOf(problem, vehicle)[what]
  return (
    (table[before * places + customer] as number) +
    (table[customer * places + after] as number) -
    (table[before * places + after] as number)
  )
}
