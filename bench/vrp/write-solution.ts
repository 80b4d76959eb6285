import type { VrpPlan } from '../../rounds/vrp/solution.ts'
import type { Instance } from './instance.ts'

/** A plan in CVRPLIB's format: a line for each route, and the cost. */
export function writeSolution({ numbersOf, costOf, costDecimals }: Instance, plan: VrpPlan): string {
  const routes = plan.routes
    .map(({ visits }) => numbersOf(visits))
    .map((numbers, index) => `Route #${index + 1}: ${numbers.join(' ')}\n`)
  return `${routes.join('')}Cost ${costOf(plan).toFixed(costDecimals)}\n`
}
