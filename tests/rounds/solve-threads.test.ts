import { expect, it } from 'vitest'
import type { VrpPlan } from '../../rounds/vrp/solution.ts'
import { solveThreads } from '../../rounds/vrp/solve-threads.ts'
import { evaluateVrpPlan } from './evaluate-vrp-plan.ts'
import { makeRandomProblem } from './random-problem.ts'

const elapsedSeconds = (): number => performance.now() / 1000
const problem = makeRandomProblem(4, {
  customers: 80,
  vehicles: 8,
  tips: 2,
  hasWindows: true,
  hasPrizes: true,
  restSeconds: 900,
  loadsPerVehicle: 6,
})

it('gives the same plan for the same seed, threads and iterations, whichever thread is done first', async () => {
  const options = { seed: 3, threads: 3, iterations: 1_300, elapsedSeconds }
  const plan = await solveThreads(problem, options)
  expect(evaluateVrpPlan(problem, plan).faults).toEqual([])
  expect(await solveThreads(problem, options)).toEqual(plan)
})

it('reports better plans that keep all rules, and ends soon when asked to stop', async () => {
  const plans: VrpPlan[] = []
  const plan = await solveThreads(problem, {
    seed: 1,
    threads: 2,
    seconds: 600,
    elapsedSeconds,
    shouldStop: () => plans.length > 0,
    onBetter: (better) => plans.push(better),
  })
  for (const one of [...plans, plan]) expect(evaluateVrpPlan(problem, one).faults).toEqual([])
})

it('goes on from a plan and loses nothing of it', async () => {
  const costOf = ({ cost, absent }: VrpPlan): number =>
    cost + absent.reduce((sum, customer) => sum + Math.min(1e6, problem.customers[customer]?.prize ?? 0), 0)
  const first = await solveThreads(problem, { seed: 1, threads: 2, iterations: 2_000, elapsedSeconds })
  const second = await solveThreads(problem, {
    seed: 9,
    threads: 2,
    iterations: 26,
    start: first,
    elapsedSeconds,
  })
  expect(costOf(second)).toBeLessThanOrEqual(costOf(first) + 1e-6)
})
