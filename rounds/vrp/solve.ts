import { createRandom } from '../../model/random.ts'
import { type PreparedProblem, type Problem, prepareProblem } from './problem.ts'
import { recreate } from './recreate.ts'
import { ruin, ruinRoute } from './ruin.ts'
import {
  costOf,
  createSolution,
  exportPlan,
  importPlan,
  keep,
  rollBack,
  type Solution,
  type VrpPlan,
} from './solution.ts'

export interface SolveOptions {
  readonly seed: number
  /** Ends after so many ruins and recreations; the same seed and number give the same plan. */
  readonly iterations?: number | undefined
  /** Ends after so long by `elapsedSeconds`. */
  readonly seconds?: number | undefined
  readonly elapsedSeconds: () => number
  /** Asked before each iteration; true ends the search with the best so far. */
  readonly shouldStop?: (() => boolean) | undefined
  /** Called with a better plan, a few times a second at most. */
  readonly onBetter?: ((best: VrpPlan) => void) | undefined
}

/** The chance that an iteration takes a whole route out, where a vehicle's day has a price. */
const ROUTE_RUIN_RATE = 0.02
/** The first and the last temperature, as parts of an average arc's cost: 100 and 1 of the paper, on its instances. */
const FIRST_TEMPERATURE = 0.5
const LAST_TEMPERATURE = 0.005
/** Growing cycles of cooling, each from the best so far, so that there is a good plan whenever somebody stops. */
const CYCLE_ENDS = [1 / 13, 4 / 13, 1]
/** More than this for each customer has not been seen to help. */
const ITERATIONS_PER_CUSTOMER_MAX = 15_000
const SECONDS_BETWEEN_REPORTS = 0.25
/** Costs are sums of doubles in changing order: a difference below this is none. */
const COST_TOLERANCE = 1e-6

/**
 * Slack induction by string removals with simulated annealing (Christiaens and Vanden Berghe 2020, Transportation
 * Science 54(2)). Every plan that it gives keeps all windows and capacities; what does not fit, or is not worth its
 * prize, is absent.
 */
export function solve(problem: Problem, options: SolveOptions): VrpPlan {
  const { seed, shouldStop, onBetter } = options
  const prepared = prepareProblem(problem)
  const random = createRandom(seed)
  const solution = createSolution(prepared)
  if (prepared.customerCount === 0 || problem.vehicles.length === 0) return exportPlan(solution)
  recreate(prepared, solution, random, 0)
  keep(solution)
  let best = exportPlan(solution)
  let bestCost = costOf(solution)
  let currentCost = bestCost
  let reportedCost = Number.POSITIVE_INFINITY
  let reportedAt = Number.NEGATIVE_INFINITY
  const arcCost = averageArcCost(prepared, solution)
  const cooling = createCooling(options, prepared.customerCount)
  const hasFixedCosts = problem.vehicles.some(({ fixedCost }) => fixedCost > 0)

  for (let iteration = 0; ; iteration++) {
    report(false)
    if (cooling.update(iteration) >= 1 || shouldStop?.()) break
    if (cooling.hasCycleEnded) {
      importPlan(prepared, solution, best)
      currentCost = bestCost
    }
    const longAbsent = solution.absent.length
    if (hasFixedCosts && random() < ROUTE_RUIN_RATE) ruinRoute(prepared, solution, random)
    else ruin(prepared, solution, random)
    recreate(prepared, solution, random, longAbsent)
    const cost = costOf(solution)
    // Equation 1: the Metropolis criterion with the logarithm taken on the other side.
    if (cost < currentCost - cooling.temperature * arcCost * Math.log(random())) {
      keep(solution)
      currentCost = cost
      if (cost < bestCost - COST_TOLERANCE) {
        bestCost = cost
        best = exportPlan(solution)
      }
    } else {
      rollBack(prepared, solution)
    }
  }
  report(true)
  return best

  function report(isLast: boolean): void {
    if (!onBetter || bestCost >= reportedCost) return
    const now = options.elapsedSeconds()
    if (!isLast && now < reportedAt + SECONDS_BETWEEN_REPORTS) return
    reportedAt = now
    reportedCost = bestCost
    onBetter(best)
  }
}

interface Cooling {
  temperature: number
  /** Whether the last update began a new cycle. */
  hasCycleEnded: boolean
  /** Returns the part of the budget that is spent; 1 or more where all is. */
  update(iteration: number): number
}

/** Temperatures by how much of the budget is spent, be it time or iterations, whichever is further. */
function createCooling(options: SolveOptions, customerCount: number): Cooling {
  const { iterations, seconds, elapsedSeconds } = options
  const iterationsMax = iterations ?? ITERATIONS_PER_CUSTOMER_MAX * customerCount
  const startedAt = elapsedSeconds()
  let cycle = 0
  return {
    temperature: FIRST_TEMPERATURE,
    hasCycleEnded: false,
    update(iteration) {
      const ofTime = seconds === undefined ? 0 : (elapsedSeconds() - startedAt) / seconds
      const spent = Math.max(ofTime, iteration / iterationsMax)
      const before = cycle
      while (spent >= (CYCLE_ENDS[cycle] as number) && cycle < CYCLE_ENDS.length - 1) cycle++
      this.hasCycleEnded = cycle > before
      const start = cycle === 0 ? 0 : (CYCLE_ENDS[cycle - 1] as number)
      const part = Math.min(1, (spent - start) / ((CYCLE_ENDS[cycle] as number) - start))
      this.temperature = FIRST_TEMPERATURE * (LAST_TEMPERATURE / FIRST_TEMPERATURE) ** part
      return spent
    },
  }
}

function averageArcCost({ penalties }: PreparedProblem, { routes, absent }: Solution): number {
  let cost = 0
  let arcs = 0
  for (const route of routes) {
    if (route.length === 2) continue
    cost += route.cost - route.vehicle.fixedCost
    arcs += route.length - 1
  }
  if (arcs > 0 && cost > 0) return cost / arcs
  // Nothing is in a route yet: the prizes tell what is worth talking about.
  const prizes = absent.reduce((sum, customer) => sum + (penalties[customer] as number), 0)
  return prizes / Math.max(1, absent.length)
}
