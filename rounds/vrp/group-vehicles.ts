import { type Problem, takes, type Vehicle } from './problem.ts'

/**
 * Vehicles that are alike, and cost the same for each customer, share a type. Of each type and customer, 1 where such a vehicle may
 * serve it.
 */
export function groupVehicles(
  problem: Problem,
  tipsOf: ReadonlyMap<number, readonly number[]>,
): { types: Int32Array; mayServe: Uint8Array } {
  const { customers, tips, vehicles } = problem
  const hasVehicleCosts = customers.some(({ vehicleCosts }) => vehicleCosts !== undefined)
  const typeOfKey = new Map<string, number>()
  const examples: number[] = []
  const types = Int32Array.from(vehicles, (vehicle, index) => {
    const key = JSON.stringify([vehicle, hasVehicleCosts && costsOfVehicle(problem, index).join()])
    const known = typeOfKey.get(key)
    if (known !== undefined) return known
    typeOfKey.set(key, examples.length)
    examples.push(index)
    return examples.length - 1
  })
  const mayServe = new Uint8Array(examples.length * customers.length)
  for (const [type, example] of examples.entries()) {
    const vehicle = vehicles[example] as Vehicle
    for (const [index, customer] of customers.entries()) {
      const fits = customer.demand.every(
        (amount, d) => amount <= Math.min(vehicle.capacity[d] ?? 0, vehicle.dayLimit?.[d] ?? amount),
      )
      const hasTip = tips.length === 0 || (tipsOf.get(customer.stream)?.length ?? 0) > 0
      const may =
        fits &&
        hasTip &&
        customer.vehicleCosts?.[example] !== Number.POSITIVE_INFINITY &&
        takes(vehicle.streams, customer.stream) &&
        (customer.skills & vehicle.skills) === customer.skills
      mayServe[type * customers.length + index] = may ? 1 : 0
    }
  }
  return { types, mayServe }
}

/** By customer, what it costs besides the way that the vehicle serves it. */
export function costsOfVehicle({ customers }: Problem, vehicle: number): number[] {
  return customers.map(({ vehicleCosts }) => vehicleCosts?.[vehicle] ?? 0)
}
