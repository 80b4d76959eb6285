import type { Problem } from '../../rounds/vrp/problem.ts'
import type { VrpPlan } from '../../rounds/vrp/solution.ts'

/**
 * Drives a plan through as a lorry would, sharing nothing with the solver but the problem: what it costs, and every rule
 * that it breaks, in words.
 */
export function evaluateVrpPlan(problem: Problem, plan: VrpPlan): { cost: number; faults: string[] } {
  const { customers, tips, vehicles, depotCount, distances, durations } = problem
  const size = customers.length + tips.length + depotCount
  const faults: string[] = []
  const seen = new Map<number, number>()
  const usedVehicles = new Set<number>()
  let cost = 0
  for (const { vehicle: index, visits } of plan.routes) {
    const vehicle = vehicles[index]
    if (!vehicle) {
      faults.push(`vehicle ${index} does not exist`)
      continue
    }
    if (usedVehicles.has(index)) faults.push(`vehicle ${index} drives two routes`)
    usedVehicles.add(index)
    const depot = customers.length + tips.length + vehicle.depot
    let place = depot
    let time = vehicle.earliest
    let metres = 0
    let load = vehicle.capacity.map(() => 0)
    let streams = new Set<number>()
    let hasLoad = false
    for (const next of [...visits, depot]) {
      metres += distances[place * size + next] as number
      time += durations[place * size + next] as number
      place = next
      const customer = customers[next]
      const tip = tips[next - customers.length]
      const stop = customer ?? tip
      if (!stop) continue
      time = Math.max(time, stop.opens)
      if (time + vehicle.breakSeconds > stop.closes) {
        faults.push(`vehicle ${index} is late at ${next}: ${time} after ${stop.closes}`)
      }
      time += stop.serviceSeconds
      if (customer) {
        seen.set(next, (seen.get(next) ?? 0) + 1)
        load = load.map((amount, d) => amount + (customer.demand[d] as number))
        streams.add(customer.stream)
        hasLoad = true
        if ((customer.skills & ~vehicle.skills) !== 0)
          faults.push(`vehicle ${index} lacks a skill at ${next}`)
        if (vehicle.streams && !vehicle.streams.includes(customer.stream)) {
          faults.push(`vehicle ${index} does not take stream ${customer.stream}`)
        }
        for (const [d, amount] of load.entries()) {
          if (amount > (vehicle.capacity[d] as number) + 1e-6) {
            faults.push(`vehicle ${index} carries ${amount} of ${vehicle.capacity[d]} at ${next}`)
          }
        }
        if (tips.length > 0 && streams.size > 1) faults.push(`vehicle ${index} mixes streams at ${next}`)
      } else if (tip) {
        for (const stream of streams) {
          if (tip.streams && !tip.streams.includes(stream)) faults.push(`tip ${next} does not take ${stream}`)
        }
        load = load.map(() => 0)
        streams = new Set()
        hasLoad = false
      }
    }
    if (tips.length > 0 && hasLoad) faults.push(`vehicle ${index} comes home with a load`)
    if (time + vehicle.breakSeconds > vehicle.latest) faults.push(`vehicle ${index} is home late: ${time}`)
    cost += vehicle.fixedCost + vehicle.costPerM * metres + vehicle.costPerSecond * (time - vehicle.earliest)
  }
  for (const absent of plan.absent) seen.set(absent, (seen.get(absent) ?? 0) + 1)
  for (const index of customers.keys()) {
    if (seen.get(index) !== 1) faults.push(`customer ${index} is there ${seen.get(index) ?? 0} times`)
  }
  if (Math.abs(cost - plan.cost) > 1e-6 * Math.max(1, cost)) {
    faults.push(`the plan says that it costs ${plan.cost}, and it costs ${cost}`)
  }
  return { cost, faults }
}
