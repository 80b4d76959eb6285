import { type Detour, measureDetour } from '../find-detour.ts'
import type { Problem, Vehicle } from '../vrp/problem.ts'
import type { VrpPlan, VrpRoute } from '../vrp/solution.ts'
import type { RoundCosts } from './weigh-rounds.ts'

/**
 * Of a search's time or iterations, what planning with the next rounds takes: the greater problem, and the one that decides. This round's
 * own routes begin with what it found, and have the rest.
 */
export const AHEAD_RATIO = 0.65

/**
 * A vehicle's day costs so much of its price on a later round: it may go out then anyway, for bins that are emptied now and fill up
 * again, or for those that are hardly filled yet. On simulated towns whose lorries' days are dear, with all of it too much was emptied
 * at once; anything from 0.3 to 0.7 was about as good.
 */
const LATER_DAY_RATIO = 0.5

/** What a plan of this round and the next ones says of a bin. */
export interface AheadVisit {
  /** The round that it is for, 0 for this one; -1 for none of them. */
  readonly round: number
  /** What it adds to the way of that round; null where there is none. */
  readonly detour: Detour | null
  /** What a visit on this round is worth: what the plan pays for the bin otherwise. */
  readonly prize: number
}

/**
 * This round and the next ones as one problem: the vehicles of each round after those of the one before, a customer once. A
 * customer without costs is for this round alone. All rounds are driven by this one's clock, as they share customers and no time:
 * so its hours, breaks and speeds hold for each, and so do the loads of this morning.
 */
export function repeatRounds(problem: Problem, costs: readonly (RoundCosts | null)[]): Problem {
  const roundCount = costs.reduce((most, cost) => Math.max(most, cost?.byRound.length ?? 1), 1)
  const rounds = Array.from({ length: roundCount }, (_, round) => round)
  return {
    ...problem,
    vehicles: rounds.flatMap((round) =>
      problem.vehicles.map((vehicle) =>
        round === 0 ? vehicle : { ...vehicle, fixedCost: LATER_DAY_RATIO * vehicle.fixedCost },
      ),
    ),
    customers: problem.customers.map((customer, index) => {
      const { byRound = [0], left = customer.prize } = costs[index] ?? {}
      return {
        ...customer,
        prize: Math.max(0, left),
        vehicleCosts: rounds.flatMap((round) =>
          problem.vehicles.map(() => byRound[round] ?? Number.POSITIVE_INFINITY),
        ),
      }
    }),
  }
}

/** The routes of a plan of several rounds that are of one of them, by that round's own vehicles. */
export function routesOfRound({ vehicles }: Problem, { routes }: VrpPlan, round: number): VrpRoute[] {
  return routes.flatMap(({ vehicle, visits }) =>
    Math.floor(vehicle / vehicles.length) === round ? [{ vehicle: vehicle % vehicles.length, visits }] : [],
  )
}

/**
 * By customer, what a plan of the rounds says. A visit on this round is worth what leaving the bin by all of them costs more, and no more
 * than the visit of a later round, with the wait for it, where that is planned.
 */
export function readAhead(
  problem: Problem,
  costs: readonly (RoundCosts | null)[],
  plan: VrpPlan,
): AheadVisit[] {
  const visits: AheadVisit[] = problem.customers.map(({ prize }, index) => {
    const cost = costs[index]
    return {
      round: -1,
      detour: null,
      prize: cost ? Math.max(0, cost.left - (cost.byRound[0] as number)) : prize,
    }
  })
  for (const { vehicle: index, visits: stops } of plan.routes) {
    const vehicle = problem.vehicles[index % problem.vehicles.length] as Vehicle
    const round = Math.floor(index / problem.vehicles.length)
    for (const [position, customer] of stops.entries()) {
      const visit = visits[customer]
      if (!visit) continue
      const detour = measureDetour(problem, vehicle, {
        ...neighboursOf(problem, vehicle, stops, position),
        customer,
      })
      const { byRound } = costs[customer] ?? { byRound: [0] }
      const later = detour.cost + (byRound[round] as number) - (byRound[0] as number)
      const worth = Math.max(0, Math.min(visit.prize, later))
      visits[customer] = { round, detour, prize: round === 0 ? visit.prize : worth }
    }
  }
  return visits
}

/** The places between which a stop lies. */
function neighboursOf(
  { customers, tips }: Problem,
  { depot, endDepot = depot }: Vehicle,
  stops: readonly number[],
  position: number,
): { before: number; after: number } {
  const firstDepot = customers.length + tips.length
  return {
    before: stops[position - 1] ?? firstDepot + depot,
    after: stops[position + 1] ?? firstDepot + endDepot,
  }
}
