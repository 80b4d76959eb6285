import { expect, it } from 'vitest'
import type { Customer, Problem, Vehicle } from '../../rounds/vrp/problem.ts'
import type { VrpPlan } from '../../rounds/vrp/solution.ts'
import { bruteForce, findBestPlan, MANDATORY_PENALTY } from './brute-force.ts'
import { evaluateVrpPlan } from './evaluate-vrp-plan.ts'
import { makeRandomProblem } from './random-problem.ts'

// The judges of the solver are judged on what can be worked out by hand: places on a line, 1,000 m and 100 s apart,
// where customer 0 is at 1 km from the depot, customer 1 at 2 km and so on; then tips, then depots at 0 km.
const ALWAYS = { opens: Number.NEGATIVE_INFINITY, closes: Number.POSITIVE_INFINITY }
const CUSTOMER: Customer = {
  ...ALWAYS,
  demand: [1],
  serviceSeconds: 10,
  prize: Number.POSITIVE_INFINITY,
  stream: 0,
  skills: 0,
}
const VEHICLE: Vehicle = {
  depot: 0,
  capacity: [10],
  costPerM: 0,
  costPerSecond: 1,
  fixedCost: 0,
  earliest: 0,
  latest: 100_000,
  rest: null,
  streams: null,
  skills: 0,
}

it('counts the fixed cost, the metres and the seconds of a route', () => {
  const problem = makeLine([{}, {}], [{ fixedCost: 7, costPerM: 0.01, costPerSecond: 0.1, earliest: 50 }])
  expect(evaluate(problem, [[0, 1]])).toEqual({ cost: 7 + 40 + 42, faults: [] })
  expect(bruteForce(problem)).toBeCloseTo(89, 9)
})

it('takes the break where the route ends the earliest', () => {
  // It waits at customer 1 from 210 to 500 in any case, and the break of 200 fits in there, from 220.
  const rest = { seconds: 200, opens: 220, closes: 5_000 }
  const waiting = makeLine([{}, { opens: 500 }], [{ rest }])
  expect(evaluate(waiting, [[0, 1]]).cost).toBe(500 + 10 + 200)
  // At noon it is on its way home, and would come too late for a break: it waits for it where it left.
  const early = makeLine([{}, {}], [{ rest: { seconds: 200, opens: 230, closes: 230 } }])
  expect(evaluate(early, [[0, 1]])).toEqual({ cost: 230 + 200 + 200, faults: [] })
  for (const problem of [waiting, early]) expect(bruteForce(problem)).toBe(evaluate(problem, [[0, 1]]).cost)
})

it('asks no break of a route that is back before it must begin', () => {
  const rest = { seconds: 200, opens: 0, closes: 420 }
  expect(evaluate(makeLine([{}, {}], [{ rest }]), [[0, 1]]).cost).toBe(420)
  const sooner = makeLine([{}, {}], [{ rest: { ...rest, closes: 419 } }])
  expect(evaluate(sooner, [[0, 1]]).cost).toBe(620)
  const late = makeLine([{}, {}], [{ rest: { ...rest, closes: 419 }, latest: 619 }])
  expect(evaluate(late, [[0, 1]]).faults.join()).toContain('not home by 619')
  expect(bruteForce(late)).toBe(220 - 10 + MANDATORY_PENALTY)
})

it('finds the break that trying each place of it finds', () => {
  for (let seed = 1; seed <= 200; seed++) {
    const shape = {
      customers: 5,
      vehicles: 1,
      tips: 1,
      hasWindows: true,
      loadsPerVehicle: 50,
      hasReleases: true,
    }
    const problem = makeRandomProblem(seed, { ...shape, restSeconds: 1_200, shiftSeconds: 12_000 })
    const visits = [0, 1, 5, 2, 3, 4, 5]
    const end = endByTrying(problem, visits)
    const { cost, faults } = evaluate(problem, [visits])
    const { costPerM, costPerSecond, fixedCost, earliest } = problem.vehicles[0] as Vehicle
    expect(faults.some((fault) => /late|not home/.test(fault))).toBe(end === Number.POSITIVE_INFINITY)
    if (end === Number.POSITIVE_INFINITY) continue
    const metres = sumDistances(problem, [6, ...visits, 6])
    expect(cost).toBeCloseTo(fixedCost + costPerM * metres + costPerSecond * (end - earliest), 6)
  }
})

it('leaves the depot and the tip no earlier than what is ready only then', () => {
  const problem = makeLine([{}, { releaseTime: 300 }, { releaseTime: 900 }], [{}], 1)
  // Back from its first trip long before, it waits for customer 2 until 900.
  expect(evaluate(problem, [[0, 1, 3, 2, 3]])).toEqual({ cost: 900 + 620, faults: [] })
  expect(evaluate(problem, [[0, 1, 2, 3]]).cost).toBe(900 + 640)
  expect(bruteForce(problem)).toBe(1_520)
})

it('drives by the speed of each slice of time that it is under way in', () => {
  const speeds = { from: 0, sliceSeconds: 60, sliceCount: 3, ratios: Float64Array.of(1, 0.5, 2) }
  const line = makeLine([{ serviceSeconds: 0 }], [{}])
  const matrices = line.matrices.map((matrix) => ({ ...matrix, profiles: new Uint16Array(4) }))
  const problem = { ...line, matrices, speeds }
  // Of 100 s: 60 by 60 s, 30 more by 120 s, 10 more by 125 s; and home in 50 s.
  expect(evaluate(problem, [[0]]).cost).toBe(175)
  expect(bruteForce(problem)).toBe(175)
  const before = { ...problem, vehicles: [{ ...VEHICLE, earliest: -1_000 }] }
  expect(evaluate(before, [[0]]).cost).toBe(200)
})

it('adds what it costs that a vehicle serves a customer, and refuses one that may not', () => {
  const problem = makeLine([{ vehicleCosts: [3, 0] }], [{}, { fixedCost: 2 }])
  expect(evaluate(problem, [[0]]).cost).toBe(213)
  expect(evaluate(problem, [[], [0]]).cost).toBe(212)
  expect(bruteForce(problem)).toBe(212)
  const barred = makeLine([{ vehicleCosts: [Number.POSITIVE_INFINITY, 9] }], [{}, {}])
  expect(evaluate(barred, [[0]]).faults).toContain('vehicle 0 may not serve 0')
  expect(bruteForce(barred)).toBe(219)
})

it('counts the way home of a vehicle that is under way, used or not, and wants it empty there', () => {
  const away = makeLine([{ prize: 1 }], [{ fixedCost: 5, depot: 1, endDepot: 0 }], 1, [0, 3])
  const underWay = { load: [4], stream: 0 }
  const problem = { ...away, vehicles: away.vehicles.map((vehicle) => ({ ...vehicle, underWay })) }
  expect(evaluateVrpPlan(problem, { cost: 305, routes: [], absent: [0] }).faults).toEqual([
    'vehicle 0 comes home with a load',
  ])
  expect(evaluate(problem, [[1]])).toEqual({ cost: 315, faults: [] })
  expect(bruteForce(problem)).toBe(316)
  const mixed = { ...problem, customers: [{ ...CUSTOMER, stream: 1 }] }
  expect(evaluate(mixed, [[0, 1]]).faults).toEqual(['vehicle 0 mixes streams at 0'])
  const full = { ...problem, customers: [{ ...CUSTOMER, demand: [7] }] }
  expect(evaluate(full, [[0, 1]]).faults).toEqual(['vehicle 0 carries 11 of 10 at 0'])
  expect(evaluate(full, [[1, 0, 1]]).faults).toEqual([])
})

it('sees all that is collected in a day, on whichever trips', () => {
  const problem = makeLine([{ demand: [6] }, { demand: [6] }], [{ dayLimit: [11] }], 1)
  expect(evaluate(problem, [[0, 2, 1, 2]]).faults).toEqual([
    'vehicle 0 collects 12 in a day that is limited to 11',
  ])
  expect(bruteForce(problem)).toBe(220 + MANDATORY_PENALTY)
})

it('drives each vehicle by its own matrix', () => {
  const line = makeLine([{}], [{ matrix: 1 }])
  const [first] = line.matrices as [Problem['matrices'][number]]
  const problem = {
    ...line,
    matrices: [first, { ...first, durations: first.durations.map((seconds) => 2 * seconds) }],
  }
  expect(evaluate(problem, [[0]]).cost).toBe(410)
})

it('names who is missing, who is there twice and what costs something else', () => {
  const problem = makeLine([{}, {}, {}], [{}, {}])
  const plan = {
    cost: 1,
    routes: [
      { vehicle: 0, visits: [0, 1] },
      { vehicle: 1, visits: [1] },
    ],
    absent: [],
  }
  expect(evaluateVrpPlan(problem, plan).faults).toEqual([
    'customer 1 is there 2 times',
    'customer 2 is there 0 times',
    'the plan says that it costs 1, and it costs 830',
  ])
})

it('finds a best plan by brute force that the other judge has no fault to find with', () => {
  for (let seed = 1; seed <= 40; seed++) {
    const isOdd = seed % 2 === 1
    const problem = makeRandomProblem(seed, {
      customers: 6,
      vehicles: 2,
      tips: seed % 3,
      depots: 2,
      streams: 1 + (seed % 2),
      hasWindows: isOdd,
      hasPrizes: seed % 4 < 2,
      restSeconds: 900,
      shiftSeconds: 12_000,
      hasDayLimits: isOdd,
      hasReleases: !isOdd,
      hasVehicleCosts: true,
      hasEndDepots: true,
      isUnderWay: seed % 5 < 2,
      matrices: 2,
      hasSpeeds: true,
    })
    expect(evaluateVrpPlan(problem, findBestPlan(problem).plan).faults, `seed ${seed}`).toEqual([])
  }
})

/** The cost and the faults of routes by vehicle; who is in none of them is absent. */
function evaluate(
  problem: Problem,
  visitsOf: readonly (readonly number[])[],
): { cost: number; faults: string[] } {
  const visited = new Set(visitsOf.flat())
  const plan: VrpPlan = {
    cost: 0,
    routes: visitsOf.flatMap((visits, vehicle) => (visits.length > 0 ? [{ vehicle, visits }] : [])),
    absent: [...problem.customers.keys()].filter((index) => !visited.has(index)),
  }
  const { cost } = evaluateVrpPlan(problem, plan)
  return evaluateVrpPlan(problem, { ...plan, cost })
}

function makeLine(
  customers: readonly Partial<Customer>[],
  vehicles: readonly Partial<Vehicle>[],
  tipCount = 0,
  depotsAtKm: readonly number[] = [0],
): Problem {
  const km = [
    ...customers.map((_, index) => index + 1),
    ...Array.from({ length: tipCount }, () => 0),
    ...depotsAtKm,
  ]
  const distances = Int32Array.from(km.flatMap((from) => km.map((to) => 1_000 * Math.abs(from - to))))
  return {
    customers: customers.map((customer) => ({ ...CUSTOMER, ...customer })),
    tips: Array.from({ length: tipCount }, () => ({ ...ALWAYS, serviceSeconds: 10, streams: null })),
    depotCount: depotsAtKm.length,
    vehicles: vehicles.map((vehicle) => ({ ...VEHICLE, ...vehicle })),
    matrices: [{ distances, durations: distances.map((metres) => metres / 10) }],
  }
}

function sumDistances({ matrices }: Problem, places: readonly number[]): number {
  const distances = matrices[0]?.distances as Int32Array
  const size = Math.sqrt(distances.length)
  return places
    .slice(1)
    .reduce((sum, to, i) => sum + (distances[(places[i] as number) * size + to] as number), 0)
}

/** The earliest end over all moments of the break: before or after each stop, or never. */
function endByTrying({ customers, tips, matrices, vehicles }: Problem, visits: readonly number[]): number {
  const [vehicle] = vehicles as [Vehicle]
  const rest = vehicle.rest as { seconds: number; opens: number; closes: number }
  const durations = matrices[0]?.durations as Int32Array
  const size = Math.sqrt(durations.length)
  const depot = size - 1
  let best = Number.POSITIVE_INFINITY
  for (let restAt = -1; restAt <= 2 * visits.length; restAt++) {
    let moment = 0
    let time = vehicle.earliest
    let place = depot
    let isFaulty = false
    const mayRestNow = (): void => {
      if (moment++ !== restAt) return
      const begin = Math.max(time, rest.opens)
      isFaulty ||= begin > rest.closes
      time = begin + rest.seconds
    }
    const leave = (first: number): void => {
      mayRestNow()
      const length = visits.slice(first).findIndex((next) => next >= customers.length)
      for (const next of visits.slice(first, length < 0 ? undefined : first + length)) {
        time = Math.max(time, customers[next]?.releaseTime ?? 0)
      }
    }
    leave(0)
    for (const [index, next] of visits.entries()) {
      time += durations[place * size + next] as number
      mayRestNow()
      const { opens, closes, serviceSeconds } = (customers[next] ?? tips[next - customers.length]) as Customer
      time = Math.max(time, opens)
      isFaulty ||= time > closes
      time += serviceSeconds
      if (next < customers.length) mayRestNow()
      else leave(index + 1)
      place = next
    }
    time += durations[place * size + depot] as number
    isFaulty ||= time > vehicle.latest || (restAt < 0 && time > rest.closes)
    if (!isFaulty) best = Math.min(best, time)
  }
  return best
}
