import { type Budget, listLegs } from './cycles.ts'
import type { Problem } from './problem.ts'
import { anneal, createSearch, restart } from './search.ts'
import type { VrpPlan } from './solution.ts'
import { createThrottle } from './throttle.ts'

export interface SolveOptions extends Budget {
  readonly seed: number
  /** What to begin with; what of it breaks a rule is left out. */
  readonly start?: VrpPlan | undefined
  /** Asked before each iteration; true ends the search with the best so far. */
  readonly shouldStop?: (() => boolean) | undefined
  /** Called with a better plan, a few times a second at most. */
  readonly onBetter?: ((best: VrpPlan) => void) | undefined
}

/**
 * Slack induction by string removals with simulated annealing (Christiaens and Vanden Berghe 2020, Transportation
 * Science 54(2)). Every plan that it gives keeps all windows, breaks and capacities; what does not fit, or is not worth
 * its prize, is absent.
 */
export function solve(problem: Problem, options: SolveOptions): VrpPlan {
  const { seed, start, seconds = Number.POSITIVE_INFINITY, elapsedSeconds, shouldStop, onBetter } = options
  const startedAt = elapsedSeconds()
  const search = createSearch(problem, seed, start)
  const report = createThrottle(elapsedSeconds, () => onBetter?.(search.best))
  report.now()
  const legs = listLegs(options, problem.customers.length, { isWarm: start !== undefined, legsPerCycle: 1 })
  for (const [index, { until, isNewCycle, ...cooling }] of legs.entries()) {
    if (isNewCycle && index > 0) restart(search)
    const left = Math.max(0, seconds * until - (elapsedSeconds() - startedAt))
    const onBest = onBetter && (() => report.soon())
    if (!anneal(search, { ...cooling, seconds: left, elapsedSeconds, shouldStop, onBetter: onBest })) break
  }
  report.last()
  return search.best
}
