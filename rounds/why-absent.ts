import type { DueBin } from './choose-bins.ts'
import type { RoundProblem } from './round-problem.ts'
import { type Customer, takes, type Vehicle } from './vrp/problem.ts'

/** Why no lorry empties a bin that is due: the first of the reasons that would hold for it alone, or the others' load. */
export function whyAbsent({ problem, due }: RoundProblem, index: number): string {
  const bin = due[index] as DueBin
  const customer = problem.customers[index] as Customer
  const ofStream = problem.vehicles.filter(({ streams }) => takes(streams, customer.stream))
  if (ofStream.length === 0) return `no lorry takes its stream, ${bin.stream}`
  const large = ofStream.filter(({ capacity }) =>
    customer.demand.every((amount, dimension) => amount <= (capacity[dimension] ?? 0)),
  )
  if (large.length === 0) {
    return `its ${bin.litres} litres (${bin.kg} kg) are more than any lorry holds that takes its stream`
  }
  const tips = problem.tips.flatMap((tip, tipIndex) =>
    takes(tip.streams, customer.stream) ? [tipIndex] : [],
  )
  if (tips.length === 0) return `no tip takes its stream, ${bin.stream}`
  if (!large.some((vehicle) => tips.some((tip) => isReachedAlone(vehicle, tip)))) {
    return 'no lorry can empty it, unload and be back within its shift, even with nothing else to do'
  }
  return "the lorries' room and shifts are taken by other bins"

  function isReachedAlone(vehicle: Vehicle, tipIndex: number): boolean {
    const { durations, customers, tips: allTips, depotCount } = problem
    const placeCount = customers.length + allTips.length + depotCount
    const depot = customers.length + allTips.length + vehicle.depot
    const tipPlace = customers.length + tipIndex
    const tip = allTips[tipIndex] as (typeof allTips)[number]
    const spare = vehicle.breakSeconds
    const lift = vehicle.earliest + (durations[depot * placeCount + index] as number)
    const atTip = lift + customer.serviceSeconds + (durations[index * placeCount + tipPlace] as number)
    const unload = Math.max(atTip, tip.opens)
    const home = unload + tip.serviceSeconds + (durations[tipPlace * placeCount + depot] as number)
    return unload <= tip.closes - spare && home <= vehicle.latest - spare
  }
}
