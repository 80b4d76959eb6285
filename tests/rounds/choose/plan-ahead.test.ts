import { expect, it } from 'vitest'
import { createRandom } from '../../../model/random.ts'
import { readAhead, repeatRounds, routesOfRound } from '../../../rounds/choose/plan-ahead.ts'
import type { RoundCosts } from '../../../rounds/choose/weigh-rounds.ts'
import type { Problem } from '../../../rounds/vrp/problem.ts'
import { solve } from '../../../rounds/vrp/solve.ts'
import { bruteForce } from '../brute-force.ts'
import { evaluateVrpPlan } from '../evaluate-vrp-plan.ts'
import { makeRandomProblem } from '../random-problem.ts'

const ROUNDS = 2
const CUSTOMERS = 5

function drawCosts(seed: number): (RoundCosts | null)[] {
  const random = createRandom(seed)
  return Array.from({ length: CUSTOMERS }, () =>
    random() < 0.2
      ? null
      : { byRound: random() < 0.5 ? [0, 9 * random()] : [9 * random(), 0], left: 30 * random() },
  )
}

/** The least that any choice of a round, or of none, for each customer costs, each round planned by itself. */
function tryAllChoices(problem: Problem, costs: readonly (RoundCosts | null)[]): number {
  let least = Number.POSITIVE_INFINITY
  for (let choice = 0; choice < (ROUNDS + 1) ** CUSTOMERS; choice++) {
    const roundOf = costs.map((_, customer) => Math.floor(choice / (ROUNDS + 1) ** customer) % (ROUNDS + 1))
    let cost = 0
    for (const [customer, round] of roundOf.entries()) {
      const { byRound = [0], left = Number.POSITIVE_INFINITY } = costs[customer] ?? {}
      cost += round === ROUNDS ? left : (byRound[round] ?? Number.POSITIVE_INFINITY)
    }
    for (let round = 0; round < ROUNDS && cost < least; round++) {
      // Who is not of the round is out of it for nothing, and never worth a way.
      const customers = problem.customers.map((customer, index) => ({
        ...customer,
        prize: roundOf[index] === round ? Number.POSITIVE_INFINITY : 0,
      }))
      const vehicles = problem.vehicles.map((vehicle) => ({
        ...vehicle,
        // A later day may be driven anyway.
        fixedCost: round === 0 ? vehicle.fixedCost : vehicle.fixedCost / 2,
      }))
      cost += bruteForce({ ...problem, vehicles, customers })
    }
    least = Math.min(least, cost)
  }
  return least
}

it('the rounds planned together cost as little as the best choice of a round for each customer', () => {
  for (let seed = 1; seed <= 4; seed++) {
    const problem = makeRandomProblem(seed, {
      customers: CUSTOMERS,
      vehicles: 1,
      tips: 1,
      loadsPerVehicle: 2,
    })
    const costs = drawCosts(seed)
    const together = repeatRounds(problem, costs)
    const plan = solve(together, { seed, iterations: 3_000, elapsedSeconds: () => 0 })
    const { cost, faults } = evaluateVrpPlan(together, plan)
    const absent = plan.absent.reduce((sum, customer) => sum + (together.customers[customer]?.prize ?? 0), 0)
    expect(faults, `seed ${seed}`).toEqual([])
    expect(cost + absent, `seed ${seed}`).toBeCloseTo(tryAllChoices(problem, costs), 6)
  }
})

it('says of each customer which round it is for, and what a visit on this one is worth', () => {
  const problem = makeRandomProblem(7, { customers: 4, vehicles: 2 })
  const costs: (RoundCosts | null)[] = [
    { byRound: [0, 5], left: 40 },
    { byRound: [3, 0], left: 50 },
    { byRound: [4, 0], left: 9 },
    null,
  ]
  const plan = {
    cost: 0,
    routes: [
      { vehicle: 1, visits: [3, 0] },
      { vehicle: 2, visits: [1] },
    ],
    absent: [2],
  }
  const visits = readAhead(problem, costs, plan)
  expect(visits.map(({ round }) => round)).toEqual([0, 1, -1, 0])
  const onItsWay = visits[1]?.detour?.cost as number
  expect(onItsWay).toBeGreaterThan(0)
  expect(visits.map(({ prize }) => prize)).toEqual([
    40,
    Math.max(0, Math.min(50 - 3, onItsWay + 0 - 3)),
    9 - 4,
    problem.customers[3]?.prize,
  ])
  expect(routesOfRound(problem, plan, 0)).toEqual([{ vehicle: 1, visits: [3, 0] }])
  expect(routesOfRound(problem, plan, 1)).toEqual([{ vehicle: 0, visits: [1] }])
})
