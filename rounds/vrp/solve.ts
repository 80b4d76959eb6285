import { type Budget, createMeter, listCycles } from './cycles.ts'
import type { Problem } from './problem.ts'
import { anneal, createSearch, restart } from './search.ts'
import type { VrpPlan } from './solution.ts'

export interface SolveOptions extends Budget {
  readonly seed: number
  /** What to begin with; what of it breaks a rule is left out. */
  readonly start?: VrpPlan | undefined
  /** Asked before each iteration; true ends the search with the best so far. */
  readonly shouldStop?: (() => boolean) | undefined
  /** Called with a better plan, a few times a second at most. */
  readonly onBetter?: ((best: VrpPlan) => void) | undefined
}

const SECONDS_BETWEEN_REPORTS = 0.25

/**
 * Slack induction by string removals with simulated annealing (Christiaens and Vanden Berghe 2020, Transportation
 * Science 54(2)). Every plan that it gives keeps all windows, breaks and capacities; what does not fit, or is not worth
 * its prize, is absent.
 */
export function solve(problem: Problem, options: SolveOptions): VrpPlan {
  const { seed, start, shouldStop, onBetter, elapsedSeconds } = options
  const spent = createMeter(options, problem.customers.length)
  const search = createSearch(problem, seed, start)
  let reportedCost = Number.POSITIVE_INFINITY
  let reportedAt = Number.NEGATIVE_INFINITY
  let iterationsDone = 0
  report(false)
  for (const { from, to, firstTemperature, lastTemperature } of listCycles(start !== undefined)) {
    restart(search, search.best)
    const goesOn = anneal(search, {
      from: firstTemperature,
      to: lastTemperature,
      spent: (iteration) => {
        report(false)
        const part = (spent(iterationsDone + iteration) - from) / (to - from)
        if (part >= 1) iterationsDone += iteration
        return Math.max(0, part)
      },
      shouldStop,
    })
    if (!goesOn) break
  }
  report(true)
  return search.best

  function report(isLast: boolean): void {
    if (!onBetter || search.bestCost >= reportedCost) return
    const now = elapsedSeconds()
    if (!isLast && now < reportedAt + SECONDS_BETWEEN_REPORTS) return
    reportedAt = now
    reportedCost = search.bestCost
    onBetter(search.best)
  }
}
