import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { Problem } from '../../rounds/vrp/problem.ts'
import { solve } from '../../rounds/vrp/solve.ts'
import { evaluateVrpPlan } from './evaluate-vrp-plan.ts'

const folder = join(process.env['KERBSIDE_TEST_DATA'] ?? '../shared/data', 'routing/cvrp-x')
const hasData = existsSync(join(folder, 'X-n101-k25.vrp'))
if (!hasData) process.stderr.write(`skipped: the CVRP benchmark, for want of ${folder}\n`)

it.skipIf(!hasData)('comes within 3 % of the best known cost of X-n101-k25', () => {
  const problem = readCvrp(readFileSync(join(folder, 'X-n101-k25.vrp'), 'utf8'))
  const plan = solve(problem, { seed: 1, iterations: 60_000, elapsedSeconds: () => 0 })
  expect(evaluateVrpPlan(problem, plan).faults).toEqual([])
  expect(plan.absent).toEqual([])
  const solution = readFileSync(join(folder, 'X-n101-k25.sol'), 'utf8')
  const bestKnown = Number(/Cost\s+(\d+)/.exec(solution)?.[1])
  expect(bestKnown).toBe(27_591)
  expect(plan.cost).toBeGreaterThanOrEqual(bestKnown)
  expect(plan.cost / bestKnown).toBeLessThan(1.03)
})

/** CVRPLIB's format with EUC_2D distances, rounded to whole numbers; the first node is the depot. */
function readCvrp(text: string): Problem {
  const capacity = Number(/CAPACITY\s*:\s*(\d+)/.exec(text)?.[1])
  const rowsBetween = (from: string, to: string): number[][] =>
    (text.split(from)[1]?.split(to)[0] ?? '')
      .trim()
      .split('\n')
      .map((line) => line.trim().split(/\s+/).map(Number))
  const nodes = rowsBetween('NODE_COORD_SECTION', 'DEMAND_SECTION')
  const demands = rowsBetween('DEMAND_SECTION', 'DEPOT_SECTION').slice(1)
  const points = [...nodes.slice(1), ...nodes.slice(0, 1)]
  const distances = Int32Array.from(
    points.flatMap(([, ax = 0, ay = 0]) =>
      points.map(([, bx = 0, by = 0]) => Math.round(Math.hypot(ax - bx, ay - by))),
    ),
  )
  const unbounded = { opens: Number.NEGATIVE_INFINITY, closes: Number.POSITIVE_INFINITY }
  return {
    customers: demands.map(([, demand = 0]) => ({
      ...unbounded,
      demand: [demand],
      serviceSeconds: 0,
      prize: Number.POSITIVE_INFINITY,
      stream: 0,
      skills: 0,
    })),
    tips: [],
    depotCount: 1,
    vehicles: Array.from({ length: 30 }, () => ({
      depot: 0,
      capacity: [capacity],
      costPerM: 1,
      costPerSecond: 0,
      fixedCost: 0,
      earliest: 0,
      latest: Number.POSITIVE_INFINITY,
      breakSeconds: 0,
      streams: null,
      skills: 0,
    })),
    distances,
    durations: new Int32Array(distances.length),
  }
}
