import { type AheadVisit, readAhead, repeatRounds, routesOfRound } from './choose/plan-ahead.ts'
import type { DueBin } from './choose-bins.ts'
import type { RoundProblem } from './round-problem.ts'
import type { Problem } from './vrp/problem.ts'
import type { VrpPlan } from './vrp/solution.ts'

/** A round after a look at the next ones. */
export interface Ahead {
  /** Its bins have what a visit on it is worth as prizes. */
  readonly round: RoundProblem
  /** By due bin; none where there was nothing to look ahead to. */
  readonly visits: readonly AheadVisit[]
  /** What this round's search begins with; undefined where there was nothing to look ahead to. */
  readonly start: VrpPlan | undefined
}

/**
 * Plans a round together with the next ones: a bin that could wait is emptied now where that is on the way, and left where a
 * later round passes by. Bins that must be emptied are for this round alone.
 */
export async function lookAhead(
  round: RoundProblem,
  solve: (problem: Problem) => VrpPlan | Promise<VrpPlan>,
): Promise<Ahead> {
  const { problem, due } = round
  const costs = due.map(({ prize, forecast }) =>
    prize === Number.POSITIVE_INFINITY ? null : (forecast?.ahead ?? null),
  )
  if (costs.every((cost) => cost === null)) return { round, visits: [], start: undefined }
  const plan = await solve(repeatRounds(problem, costs))
  const visits = readAhead(problem, costs, plan)
  const prizeOf = (index: number): number => (visits[index] as AheadVisit).prize
  return {
    round: {
      ...round,
      due: due.map((bin, index): DueBin => ({ ...bin, prize: prizeOf(index) })),
      problem: {
        ...problem,
        customers: problem.customers.map((customer, index) => ({ ...customer, prize: prizeOf(index) })),
      },
    },
    visits,
    start: { cost: 0, routes: routesOfRound(problem, plan, 0), absent: [] },
  }
}
