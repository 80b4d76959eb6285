import { describe, expect, it } from 'vitest'
import { createRandom } from '../../model/random.ts'
import type { Problem } from '../../rounds/vrp/problem.ts'
import type { VrpPlan } from '../../rounds/vrp/solution.ts'
import { solve } from '../../rounds/vrp/solve.ts'
import { bruteForce, MANDATORY_PENALTY } from './brute-force.ts'
import { evaluateVrpPlan } from './evaluate-vrp-plan.ts'
import { makeRandomProblem, type ProblemShape } from './random-problem.ts'

const SMALL_SHAPES: Record<string, ProblemShape> = {
  'capacity alone': { customers: 8, vehicles: 3, loadsPerVehicle: 4 },
  'two dimensions of capacity': { customers: 8, vehicles: 3, dimensions: 2, loadsPerVehicle: 4 },
  'a short shift': { customers: 8, vehicles: 2, shiftSeconds: 3_500 },
  windows: { customers: 8, vehicles: 3, hasWindows: true },
  'two depots': { customers: 8, vehicles: 3, depots: 2, loadsPerVehicle: 4 },
  prizes: { customers: 8, vehicles: 2, hasPrizes: true },
  skills: { customers: 8, vehicles: 3, hasSkills: true },
  'a break': { customers: 8, vehicles: 2, restSeconds: 1_800, shiftSeconds: 6_000 },
  'a tip': { customers: 8, vehicles: 2, tips: 1, loadsPerVehicle: 2 },
  'two tips with hours': { customers: 8, vehicles: 2, tips: 2, loadsPerVehicle: 2, hasWindows: true },
  'two streams': { customers: 8, vehicles: 2, tips: 2, streams: 2, loadsPerVehicle: 2 },
  'a break that fits into waiting': {
    customers: 8,
    vehicles: 2,
    hasWindows: true,
    restSeconds: 900,
    shiftSeconds: 12_000,
  },
  'day limits': { customers: 8, vehicles: 2, tips: 1, loadsPerVehicle: 4, hasDayLimits: true },
  'release times': { customers: 8, vehicles: 2, hasReleases: true },
  'trips with release times': { customers: 8, vehicles: 2, tips: 1, loadsPerVehicle: 2, hasReleases: true },
  'costs by vehicle': { customers: 8, vehicles: 3, hasVehicleCosts: true },
  'other depots to end at': { customers: 8, vehicles: 3, depots: 3, hasEndDepots: true },
  'a vehicle under way': { customers: 8, vehicles: 3, depots: 2, isUnderWay: true },
  'a loaded vehicle under way': {
    customers: 8,
    vehicles: 2,
    tips: 2,
    streams: 2,
    loadsPerVehicle: 3,
    hasEndDepots: true,
    depots: 2,
    isUnderWay: true,
  },
  'streets that not all may use': { customers: 8, vehicles: 3, matrices: 2 },
  'speeds by the hour': { customers: 8, vehicles: 2, hasSpeeds: true, hasWindows: true },
  'all of it': {
    customers: 5,
    vehicles: 2,
    tips: 2,
    depots: 2,
    dimensions: 2,
    streams: 2,
    loadsPerVehicle: 2,
    hasWindows: true,
    hasPrizes: true,
    hasSkills: true,
    restSeconds: 600,
    shiftSeconds: 15_000,
    hasDayLimits: true,
    hasReleases: true,
    hasVehicleCosts: true,
    hasEndDepots: true,
    isUnderWay: true,
    matrices: 2,
    hasSpeeds: true,
  },
}

describe('on problems small enough to try everything', () => {
  for (const [name, shape] of Object.entries(SMALL_SHAPES)) {
    it(`finds the best plan, with ${name}`, () => {
      for (let seed = 1; seed <= 6; seed++) {
        const problem = makeRandomProblem(seed, shape)
        expectBestOfTries(problem, seed, `seed ${seed}`)
      }
    })
  }
})

it('finds the best plan under constraints in any combination', () => {
  for (let seed = 1; seed <= 60; seed++) {
    const shape = drawShape(seed)
    const problem = makeRandomProblem(seed, shape)
    expectBestOfTries(problem, seed, `seed ${seed}: ${JSON.stringify(shape)}`)
  }
})

it('breaks no rule on larger problems, stopped at any time', () => {
  const shape: ProblemShape = {
    customers: 80,
    vehicles: 6,
    tips: 3,
    depots: 2,
    dimensions: 2,
    streams: 3,
    hasWindows: true,
    hasPrizes: true,
    hasSkills: true,
    restSeconds: 900,
    loadsPerVehicle: 5,
    hasDayLimits: true,
    hasReleases: true,
    hasVehicleCosts: true,
    hasEndDepots: true,
    isUnderWay: true,
    matrices: 2,
    hasSpeeds: true,
  }
  for (let seed = 1; seed <= 8; seed++) {
    const problem = makeRandomProblem(seed, shape)
    const plans: VrpPlan[] = []
    plans.push(solveFor(problem, { seed, iterations: 64 * seed, onBetter: (plan) => plans.push(plan) }))
    for (const plan of plans) expect(evaluateVrpPlan(problem, plan).faults, `seed ${seed}`).toEqual([])
  }
})

it('gives the same plan for the same seed and number of iterations, and another for another seed', () => {
  const problem = makeRandomProblem(5, { customers: 60, vehicles: 8, tips: 2, loadsPerVehicle: 6 })
  const plan = solveFor(problem, { seed: 7, iterations: 2_000 })
  expect(solveFor(problem, { seed: 7, iterations: 2_000 })).toEqual(plan)
  expect(solveFor(problem, { seed: 8, iterations: 2_000 }).routes).not.toEqual(plan.routes)
})

it('never gives a worse plan for more iterations of which it reports each improvement', () => {
  const problem = makeRandomProblem(11, { customers: 50, vehicles: 6, loadsPerVehicle: 12 })
  const costs: number[] = []
  // A clock that runs on by a second each time it is asked makes every improvement be reported.
  let now = 0
  const plan = solve(problem, {
    seed: 1,
    iterations: 3_000,
    elapsedSeconds: () => now++,
    onBetter: ({ cost }) => costs.push(cost),
  })
  expect(plan.absent).toEqual([])
  expect(costs.length).toBeGreaterThan(3)
  expect(costs).toEqual(costs.toSorted((a, b) => b - a))
  expect(costs.at(-1)).toBe(plan.cost)
})

it('ends soon when asked to stop, and when its time is over', () => {
  const problem = makeRandomProblem(3, { customers: 50, vehicles: 6, loadsPerVehicle: 12 })
  let asked = 0
  const stopped = solve(problem, { seed: 1, elapsedSeconds: () => 0, shouldStop: () => ++asked > 5 })
  expect(evaluateVrpPlan(problem, stopped).faults).toEqual([])
  expect(asked).toBe(6)
  let now = 0
  const timed = solve(problem, { seed: 1, seconds: 20, elapsedSeconds: () => now++ })
  expect(evaluateVrpPlan(problem, timed).faults).toEqual([])
  expect(now).toBeLessThan(50)
})

it('copes with times that break the triangle inequality', () => {
  for (let seed = 1; seed <= 5; seed++) {
    const problem = makeRandomProblem(seed, { customers: 30, vehicles: 4, tips: 1, shiftSeconds: 9_000 })
    const matrices = problem.matrices.map((matrix) => ({
      ...matrix,
      durations: matrix.durations.map((duration, arc) => (arc % 7 === seed ? duration * 5 : duration)),
    }))
    const crooked = { ...problem, matrices }
    const plan = solveFor(crooked, { seed, iterations: 1_000 })
    expect(evaluateVrpPlan(crooked, plan).faults, `seed ${seed}`).toEqual([])
  }
})

it('has an empty plan for nobody, and leaves all where there is no vehicle', () => {
  const nobody = makeRandomProblem(1, { customers: 0, vehicles: 2 })
  expect(solveFor(nobody, { seed: 1, iterations: 100 })).toEqual({ cost: 0, routes: [], absent: [] })
  const noVehicle = makeRandomProblem(1, { customers: 3, vehicles: 0 })
  expect(solveFor(noVehicle, { seed: 1, iterations: 100 }).absent.toSorted()).toEqual([0, 1, 2])
})

/** Each constraint by the toss of a coin. */
function drawShape(seed: number): ProblemShape {
  const random = createRandom(1_000 + seed)
  const isDrawn = (): boolean => random() < 0.5
  return {
    customers: 5 + Math.floor(random() * 4),
    vehicles: isDrawn() ? 2 : 3,
    tips: Math.floor(random() * 3),
    depots: isDrawn() ? 2 : 1,
    dimensions: isDrawn() ? 2 : 1,
    streams: isDrawn() ? 2 : 1,
    loadsPerVehicle: isDrawn() ? 2 : 4,
    hasWindows: isDrawn(),
    hasPrizes: isDrawn(),
    hasSkills: isDrawn(),
    shiftSeconds: isDrawn() ? 10_000 : 20_000,
    ...(isDrawn() && { restSeconds: 1_200 }),
    hasDayLimits: isDrawn(),
    hasReleases: isDrawn(),
    hasVehicleCosts: isDrawn(),
    hasEndDepots: isDrawn(),
    isUnderWay: isDrawn(),
    ...(isDrawn() && { matrices: 2 }),
    hasSpeeds: isDrawn(),
  }
}

/** Annealing may end beside the best now and then: of a few tries, each keeps all rules, and one finds it. */
function expectBestOfTries(problem: Problem, seed: number, which: string): void {
  const best = bruteForce(problem)
  let found = Number.POSITIVE_INFINITY
  for (let attempt = 0; attempt < TRIES_MAX && found > best + 1e-4; attempt++) {
    const plan = solveFor(problem, { seed: seed + 1_000 * attempt, iterations: 5_000 })
    const { cost, faults } = evaluateVrpPlan(problem, plan)
    expect(faults, which).toEqual([])
    found = Math.min(found, cost + costOfAbsent(problem, plan))
  }
  expect(found, which).toBeCloseTo(best, 4)
}

const TRIES_MAX = 5

function solveFor(
  problem: Problem,
  options: { seed: number; iterations: number; onBetter?: (plan: VrpPlan) => void },
): VrpPlan {
  return solve(problem, { ...options, elapsedSeconds: () => 0 })
}

function costOfAbsent({ customers }: Problem, { absent }: VrpPlan): number {
  return absent.reduce((sum, index) => {
    const prize = customers[index]?.prize ?? 0
    return sum + (Number.isFinite(prize) ? prize : MANDATORY_PENALTY)
  }, 0)
}
