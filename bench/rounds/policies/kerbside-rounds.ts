import { AHEAD_RATIO, readAhead, repeatRounds, routesOfRound } from '../../../rounds/choose/plan-ahead.ts'
import { createVisitCosts, learnVisitCosts, usualVisitCost } from '../../../rounds/choose/visit-costs.ts'
import { type BinOutlook, foreseeBin } from '../../../rounds/choose/weigh-bin.ts'
import { type RoundCosts, weighRounds } from '../../../rounds/choose/weigh-rounds.ts'
import { observeFill } from '../../../rounds/forecast/observe-fill.ts'
import type { Problem } from '../../../rounds/vrp/problem.ts'
import type { VrpRoute } from '../../../rounds/vrp/solution.ts'
import { solve } from '../../../rounds/vrp/solve.ts'
import { createProblem, type DayOrder, ITERATIONS, LIFT_COST } from '../drive.ts'
import type { Policy } from '../simulate.ts'
import { type KnownTown, timeOf } from '../warm-up.ts'

/** What lies ahead of the bins is worked out anew after so many days. */
const OUTLOOK_DAYS = 10
const FIRST_GUESS = 3.5
/** A bin below this is in no round. */
const LEAST_PERCENT = 15

export interface KerbsideStyle {
  /** Lorries may drive every so many days. */
  readonly cadence: number
  /** So many rounds are planned together. */
  readonly roundCount: number
  /** What visits beyond them are taken to cost, of what rounds have shown. */
  readonly visitCostRatio: number
}

/** A bin that may be emptied. */
interface Candidate {
  readonly bin: number
  readonly costs: RoundCosts
}

/** As Kerbside itself plans: this round together with the next ones, and then this one by itself, with what that says of each bin. */
export function createKerbsideRounds(
  known: KnownTown,
  { cadence, roundCount, visitCostRatio }: KerbsideStyle,
  overflowCostPerDay: number,
): Policy {
  const { town } = known
  const { histories, pool } = structuredClone({ histories: known.histories, pool: known.pool })
  const visitCosts = createVisitCosts(town.binCount, FIRST_GUESS)
  let outlooks: BinOutlook[] = []
  let foreseenDay = Number.NEGATIVE_INFINITY
  /** Of the rounds after the last one, as bins; undefined stands for a tip. */
  let ahead: { readonly vehicle: number; readonly bins: readonly (number | undefined)[] }[] = []
  return {
    visit: (day, shown) => {
      const now = timeOf(day)
      for (const [bin, history] of histories.entries()) observeFill(history, pool, now, shown[bin] as number)
      if (day % cadence !== 0) return { visits: [] }
      const times = { now, nextRoundTime: timeOf(day + cadence) }
      if (day >= foreseenDay + OUTLOOK_DAYS) {
        foreseenDay = day
        outlooks = histories.map((history, bin) => {
          const visitCost = visitCostRatio * usualVisitCost(visitCosts, bin)
          return foreseeBin(history, pool, { ...times, prices: { visitCost, overflowCostPerDay } })
        })
      }
      const candidates = histories.flatMap((history, bin): Candidate[] => {
        if ((shown[bin] as number) < LEAST_PERCENT) return []
        const outlook = outlooks[bin] as BinOutlook
        const costs = weighRounds(history, pool, { ...times, outlook, roundCount })
        return costs.left > LIFT_COST ? [{ bin, costs }] : []
      })
      return planDay(candidates, shown, town.seed * 1_000 + day)
    },
    learn: ({ lifts, cost }) => learnVisitCosts(visitCosts, cost, lifts),
  }

  function planDay(candidates: readonly Candidate[], shown: ArrayLike<number>, seed: number): DayOrder {
    const costs = candidates.map((candidate) => candidate.costs)
    const visits = candidates.map(({ bin, costs: { left } }) => ({ bin, prize: left }))
    const { problem } = createProblem(town, visits, shown)
    const iterations = Math.round(ITERATIONS * AHEAD_RATIO)
    const plan = solve(repeatRounds(problem, costs), {
      seed,
      iterations,
      elapsedSeconds: () => 0,
      start: ahead.length > 0 ? { cost: 0, routes: goOn(candidates, problem), absent: [] } : undefined,
    })
    ahead = plan.routes.flatMap(({ vehicle, visits: stops }) => {
      const later = vehicle - problem.vehicles.length
      return later < 0 ? [] : [{ vehicle: later, bins: stops.map((stop) => candidates[stop]?.bin) }]
    })
    const worth = readAhead(problem, costs, plan).map(({ prize }) => prize)
    return {
      visits: visits.map(({ bin }, index) => ({ bin, prize: worth[index] as number })),
      begun: { routes: routesOfRound(problem, plan, 0), iterations },
    }
  }

  /** What was planned for these rounds the last time. */
  function goOn(candidates: readonly Candidate[], { customers }: Problem): VrpRoute[] {
    const customerOf = new Map(candidates.map(({ bin }, customer) => [bin, customer]))
    return ahead.flatMap(({ vehicle, bins }) => {
      const visits = bins.flatMap((bin) =>
        bin === undefined ? customers.length : (customerOf.get(bin) ?? []),
      )
      return visits.some((visit) => visit < customers.length) ? [{ vehicle, visits }] : []
    })
  }
}
