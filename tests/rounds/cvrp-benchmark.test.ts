import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readInstance } from '../../bench/vrp/read-instance.ts'
import { solve } from '../../rounds/vrp/solve.ts'
import { findTestData } from '../fixtures/find-test-data.ts'
import { evaluateVrpPlan } from './evaluate-vrp-plan.ts'

const folder = findTestData('routing') ?? ''

describe.skipIf(folder === '')('in a budget of a second or two, the solver', () => {
  it.each([
    ['cvrp-x/X-n101-k25.vrp', 40_000, 2],
    ['solomon/R101.txt', 15_000, 1],
    ['solomon/C104.txt', 15_000, 2],
    ['multi-trip/C201R0.5.vrp', 15_000, 2.5],
    ['kim2006/102_stop.txt', 3_000, -20],
  ])('brings %s, with %i iterations, within %d % of the best known cost', (path, iterations, percent) => {
    const { problem, costOf, bestKnown = Number.NaN } = readInstance(join(folder, path))
    const plan = solve(problem, { seed: 1, iterations, elapsedSeconds: () => 0 })
    expect(evaluateVrpPlan(problem, plan).faults).toEqual([])
    expect(plan.absent).toEqual([])
    expect(100 * (costOf(plan) / bestKnown - 1)).toBeLessThan(percent)
  })
})
