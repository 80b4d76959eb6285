import type { DueBin } from './choose-bins.ts'
import type { RoundProblem } from './round-problem.ts'
import { type Customer, takes, type Vehicle } from './vrp/problem.ts'
import { scheduleRoute } from './vrp/schedule-route.ts'

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
  const skilled = large.filter(({ skills }) => (customer.skills & skills) === customer.skills)
  if (skilled.length === 0)
    return `no lorry that could take it has the skills that it needs: ${bin.skills.join(', ')}`
  const tips = problem.tips.flatMap((tip, tipIndex) =>
    takes(tip.streams, customer.stream) ? [tipIndex] : [],
  )
  if (tips.length === 0) return `no tip takes its stream, ${bin.stream}`
  if (!skilled.some((vehicle) => tips.some((tip) => isReachedAlone(vehicle, tip)))) {
    return 'no lorry can empty it, unload and be back within its shift, even with nothing else to do'
  }
  return "the lorries' room and shifts are taken by other bins"

  function isReachedAlone(vehicle: Vehicle, tipIndex: number): boolean {
    const visits = [index, problem.customers.length + tipIndex]
    return scheduleRoute(problem, problem.vehicles.indexOf(vehicle), visits) !== undefined
  }
}
