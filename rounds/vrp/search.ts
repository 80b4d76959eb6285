import { createRandom, type Random } from '../../model/random.ts'
import { moveTrip } from './move-trip.ts'
import { type PreparedProblem, prepareProblem } from './prepare-problem.ts'
import type { Problem } from './problem.ts'
import { fill, gather, recreate } from './recreate.ts'
import { isBare } from './route.ts'
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
import { swapVehicles } from './swap-vehicles.ts'

/** A solution that is made better and better, and the best that it was. */
export interface Search {
  readonly prepared: PreparedProblem
  readonly random: Random
  readonly solution: Solution
  currentCost: number
  best: VrpPlan
  /** With what the absent cost. */
  bestCost: number
  /** What temperatures are parts of: an average arc's cost. */
  readonly arcCost: number
  /** Whether vehicles differ, or cost something to send out: then whole routes are worth taking out. */
  readonly hasRouteCosts: boolean
  /** Whether somebody may be left out. */
  readonly hasPrizes: boolean
}

/** Temperatures fall from one to another as the budget is spent, be it iterations or time, whichever is further. */
export interface Cooling {
  readonly firstTemperature: number
  readonly lastTemperature: number
  readonly iterations: number
  /** By `elapsedSeconds`, from now on. */
  readonly seconds: number
  readonly elapsedSeconds: () => number
  /** Asked before each iteration; true ends the search with the best so far. */
  readonly shouldStop?: (() => boolean) | undefined
  /** Called after each iteration that found a better plan than ever. */
  readonly onBetter?: (() => void) | undefined
}

/** The chance that an iteration takes a whole route out, where it matters who drives. */
const ROUTE_RUIN_RATE = 0.02
/** The chance that a trip is moved as a whole instead. */
const TRIP_MOVE_RATE = 0.2
/** The chance that absent neighbours are taken in together instead. */
const GATHER_RATE = 0.01
/** The chance that two vehicles swap all they do instead. */
const VEHICLE_SWAP_RATE = 0.01
/** A look at the clock takes as long as a small iteration. */
const ITERATIONS_PER_LOOK = 16
/** Costs are sums of doubles in changing order: a difference below this is none. */
const COST_TOLERANCE = 1e-6

/** Begins with what a plan holds that keeps all rules, and puts in greedily what is absent. */
export function createSearch(problem: Problem, seed: number, start?: VrpPlan): Search {
  const prepared = prepareProblem(problem)
  const random = createRandom(seed)
  const solution = createSolution(prepared)
  if (start) importPlan(prepared, solution, start)
  // To serve nobody may be the best, but nothing leads from there to anything better: a search begins with all, or with
  // what a plan holds and all that pays beside it.
  const bare = { best: exportPlan(solution), bestCost: costOf(solution) }
  fill(prepared, solution, random, start === undefined)
  keep(solution)
  const cost = costOf(solution)
  const filled = { best: exportPlan(solution), bestCost: cost }
  return {
    prepared,
    random,
    solution,
    currentCost: cost,
    ...(cost < bare.bestCost ? filled : bare),
    arcCost: averageArcCost(prepared, solution),
    hasPrizes: problem.customers.some(({ prize }) => Number.isFinite(prize)),
    hasRouteCosts:
      solution.routesOfType.length > 1 || problem.vehicles.some(({ fixedCost }) => fixedCost > 0),
  }
}

/** Goes on from the best plan so far, or from another one. */
export function restart(search: Search, plan: VrpPlan = search.best): void {
  importPlan(search.prepared, search.solution, plan)
  search.currentCost = costOf(search.solution)
  noteBest(search)
}

/** Ruins and recreates, and accepts by simulated annealing; false where it was asked to stop. */
export function anneal(search: Search, cooling: Cooling): boolean {
  const { prepared, random, solution, arcCost } = search
  const { firstTemperature, lastTemperature, iterations, seconds, elapsedSeconds } = cooling
  if (prepared.customerCount === 0 || prepared.problem.vehicles.length === 0) return true
  const startedAt = elapsedSeconds()
  let ofTime = 0
  for (let iteration = 0; ; iteration++) {
    if (seconds < Number.POSITIVE_INFINITY && iteration % ITERATIONS_PER_LOOK === 0) {
      ofTime = (elapsedSeconds() - startedAt) / seconds
    }
    const spent = Math.max(ofTime, iteration / iterations)
    // Of an empty budget, nothing divided by nothing is spent.
    if (!(spent < 1)) return true
    if (cooling.shouldStop?.()) return false
    const temperature = firstTemperature * (lastTemperature / firstTemperature) ** spent * arcCost
    // Equation 1: the Metropolis criterion with the logarithm taken on the other side.
    const costMax = search.currentCost - temperature * Math.log(random())
    change(search, costMax)
    const cost = costOf(solution)
    if (cost < costMax) {
      keep(solution)
      search.currentCost = cost
      if (noteBest(search)) cooling.onBetter?.()
    } else {
      rollBack(prepared, solution)
    }
  }
}

/** What costs `costMax` or more is not accepted afterwards. */
function change({ prepared, solution, random, hasRouteCosts, hasPrizes }: Search, costMax: number): void {
  if (hasPrizes && random() < GATHER_RATE) {
    gather(prepared, solution, random)
    return
  }
  if (prepared.tipCount > 0 && random() < TRIP_MOVE_RATE) {
    moveTrip(prepared, solution, random)
    return
  }
  const longAbsent = solution.absent.length
  const draw = hasRouteCosts ? random() : 1
  if (draw < VEHICLE_SWAP_RATE) {
    swapVehicles(prepared, solution, random)
    return
  }
  const seed =
    draw < VEHICLE_SWAP_RATE + ROUTE_RUIN_RATE
      ? ruinRoute(prepared, solution, random)
      : ruin(prepared, solution, random)
  recreate(prepared, solution, random, longAbsent, seed, costMax)
}

function noteBest(search: Search): boolean {
  if (search.currentCost >= search.bestCost - COST_TOLERANCE) return false
  search.bestCost = search.currentCost
  search.best = exportPlan(search.solution)
  return true
}

function averageArcCost({ penalties }: PreparedProblem, { routes, absent }: Solution): number {
  let cost = 0
  let arcs = 0
  for (const route of routes) {
    if (isBare(route)) continue
    cost += route.cost - route.vehicle.fixedCost
    arcs += route.length - 1
  }
  if (arcs > 0 && cost > 0) return cost / arcs
  // Nothing is in a route yet: the prizes tell what is worth talking about.
  const prizes = absent.reduce((sum, customer) => sum + (penalties[customer] as number), 0)
  return prizes / Math.max(1, absent.length)
}
