import type { Matrix, Problem } from '../../rounds/vrp/problem.ts'
import type { VrpRoute } from '../../rounds/vrp/solution.ts'
import { solve } from '../../rounds/vrp/solve.ts'
import type { Town } from './town.ts'

const LIFT_SECONDS = 150
const LORRY_COUNT = 5
const SHIFT_SECONDS = 8 * 3600
/** In full bins. */
const CAPACITY_PERCENT = 7_000
const UNLOADING_SECONDS = 900
/** Of the solver, per policy and day, whatever it asks for: one that plans ahead has that many for both together. */
export const ITERATIONS = 2_000

/** What a kilometre and an hour cost, in any currency. */
const PRICES = { perKm: 2, perHour: 25 }
export const LIFT_COST = (LIFT_SECONDS * PRICES.perHour) / 3600

/** A bin that a lorry may empty. */
export interface Visit {
  readonly bin: number
  /** What the policy thinks it worth; Infinity where it is to be emptied whatever that costs. */
  readonly prize: number
}

/** What a policy wants of a day. */
export interface DayOrder {
  readonly visits: readonly Visit[]
  /** What planning ahead has of the day's routes already, by the visits' numbers, and the iterations that it took. */
  readonly begun?: { readonly routes: readonly VrpRoute[]; readonly iterations: number } | undefined
}

/** What one day's lorries did. */
export interface DayDriven {
  readonly lifts: readonly Lift[]
  readonly km: number
  readonly crewHours: number
  readonly cost: number
}

interface Lift {
  readonly bin: number
  /** What would have been saved without it, its own time included. */
  readonly detourCost: number
}

/** The day's rounds, as the solver finds them. `levels` are what the bins hold, in percent. */
export function drive(
  town: Town,
  { visits, begun }: DayOrder,
  { levels, seed }: { levels: ArrayLike<number>; seed: number },
): DayDriven {
  if (visits.length === 0) return { lifts: [], km: 0, crewHours: 0, cost: 0 }
  const { problem, places } = createProblem(town, visits, levels)
  const { routes } = solve(problem, {
    seed,
    iterations: ITERATIONS - (begun?.iterations ?? 0),
    elapsedSeconds: () => 0,
    start: begun && { cost: 0, routes: begun.routes, absent: [] },
  })
  const size = places.length
  const { distances, durations } = problem.matrices[0] as Problem['matrices'][0]
  const home = size - 1
  const lifts: Lift[] = []
  const costOf = createWayCosts(problem.matrices[0] as Matrix, size)
  let [metres, seconds] = [0, 0]
  for (const { visits: stops } of routes) {
    let at = home
    for (const [index, stop] of [...stops, home].entries()) {
      metres += distances[at * size + stop] as number
      seconds += durations[at * size + stop] as number
      if (stop < visits.length) {
        seconds += LIFT_SECONDS
        const next = stops[index + 1] ?? home
        const detour = costOf(at, stop) + costOf(stop, next) - costOf(at, next)
        lifts.push({ bin: (visits[stop] as Visit).bin, detourCost: detour + LIFT_COST })
      } else if (stop !== home) seconds += UNLOADING_SECONDS
      at = stop
    }
  }
  const [km, crewHours] = [metres / 1000, seconds / 3600]
  return { lifts, km, crewHours, cost: km * PRICES.perKm + crewHours * PRICES.perHour }
}

function createWayCosts(
  { distances, durations }: Matrix,
  size: number,
): (from: number, to: number) => number {
  return (from, to) =>
    ((distances[from * size + to] as number) * PRICES.perKm) / 1000 +
    ((durations[from * size + to] as number) * PRICES.perHour) / 3600
}

export function createProblem(
  { binCount, matrix }: Town,
  visits: readonly Visit[],
  levels: ArrayLike<number>,
): { problem: Problem; places: readonly number[] } {
  const places = [...visits.map(({ bin }) => bin), binCount, binCount + 1]
  const size = places.length
  const distances = new Int32Array(size * size)
  const durations = new Int32Array(size * size)
  for (const [from, place] of places.entries()) {
    for (const [to, other] of places.entries()) {
      distances[from * size + to] = matrix.distances[place * (binCount + 2) + other] as number
      durations[from * size + to] = matrix.durations[place * (binCount + 2) + other] as number
    }
  }
  return {
    places,
    problem: {
      customers: visits.map(({ bin, prize }) => ({
        demand: [Math.min(100, Math.round(levels[bin] as number))],
        serviceSeconds: LIFT_SECONDS,
        opens: Number.NEGATIVE_INFINITY,
        closes: Number.POSITIVE_INFINITY,
        prize,
        stream: 0,
        skills: 0,
      })),
      tips: [
        {
          serviceSeconds: UNLOADING_SECONDS,
          opens: Number.NEGATIVE_INFINITY,
          closes: Number.POSITIVE_INFINITY,
          streams: null,
        },
      ],
      depotCount: 1,
      vehicles: Array.from({ length: LORRY_COUNT }, () => ({
        depot: 0,
        capacity: [CAPACITY_PERCENT],
        costPerM: PRICES.perKm / 1000,
        costPerSecond: PRICES.perHour / 3600,
        fixedCost: 0,
        earliest: 0,
        latest: SHIFT_SECONDS,
        rest: null,
        streams: null,
        skills: 0,
      })),
      matrices: [{ distances, durations }],
    },
  }
}
