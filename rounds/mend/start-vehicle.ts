import type { Problem, Rest, Vehicle } from '../vrp/problem.ts'
import { scheduleRoute } from '../vrp/schedule-route.ts'
import type { LorryProgress } from './find-progress.ts'
import type { Demand } from './list-demands.ts'

/** A lorry that was late for its break takes it within so many seconds. */
const LATE_REST_SECONDS = 1_800

export interface VehicleStart {
  readonly progress: LorryProgress
  /** An index among the problem's depots. */
  readonly depot: number
  /** When it may go on, in the problem's seconds. */
  readonly time: number
  readonly load: Demand
  readonly loadedLifts: number
  readonly stream: number
  /** What it collected today, in the dimensions of the capacity. */
  readonly collected: readonly number[]
}

/** A lorry that has not left: where its break's window has passed, its crew had it at the depot. */
export function startLate(vehicle: Vehicle, now: number): Vehicle {
  const { rest, earliest } = vehicle
  return { ...vehicle, earliest: Math.max(earliest, now), rest: rest && rest.closes < now ? null : rest }
}

/** A lorry that goes on from where it is. */
export function startVehicle(vehicle: Vehicle, start: VehicleStart): Vehicle {
  const { progress, depot, time, load, loadedLifts, stream, collected } = start
  // Who has done more than was planned goes to a tip, or lifts no more: nothing else of its day is in doubt.
  const carried = [load.litres, load.kg, loadedLifts].map((amount, dimension) =>
    Math.min(amount, vehicle.capacity[dimension] ?? amount),
  )
  return {
    ...vehicle,
    depot,
    endDepot: vehicle.depot,
    earliest: time,
    rest: progress.isRested ? null : lateRest(vehicle.rest, time),
    dayLimit: vehicle.dayLimit?.map((limit, dimension) => Math.max(0, limit - (collected[dimension] ?? 0))),
    underWay: { load: carried, stream },
  }
}

/** The break's window has passed: then it is taken soon. */
function lateRest(rest: Rest | null, time: number): Rest | null {
  if (!rest || rest.closes >= time) return rest
  return { ...rest, opens: time, closes: time + LATE_REST_SECONDS }
}

/**
 * What makes its way home possible where its shift, or the tips' hours, would not: the rules that it breaks are those that it
 * cannot keep any more. The note says which.
 */
export function letHome(problem: Problem, index: number): { vehicle: Vehicle; note: string | null } {
  const vehicle = problem.vehicles[index] as Vehicle
  const { underWay } = vehicle
  const isLoaded = underWay?.load.some((amount) => amount > 0) ?? false
  const ways = isLoaded
    ? problem.tips.flatMap(({ streams }, tip) =>
        streams === null || streams.includes(underWay?.stream ?? 0) ? [[problem.customers.length + tip]] : [],
      )
    : [[]]
  if (ways.some((visits) => scheduleRoute(problem, index, visits))) return { vehicle, note: null }
  const attempts: readonly {
    readonly vehicle: Vehicle
    readonly visits: readonly (readonly number[])[]
    readonly note: string
  }[] = [
    { vehicle: { ...vehicle, latest: FOREVER }, visits: ways, note: 'is back after its shift' },
    {
      vehicle: { ...vehicle, latest: FOREVER, rest: null },
      visits: ways,
      note: 'is back after its shift, and has no time for its break',
    },
    {
      vehicle: { ...vehicle, latest: FOREVER, rest: null, underWay: { load: [0, 0, 0], stream: 0 } },
      visits: [[]],
      note: 'comes home with its load, as no tip is open any more',
    },
  ]
  for (const { vehicle: changed, visits, note } of attempts) {
    const changedProblem = { ...problem, vehicles: problem.vehicles.with(index, changed) }
    const ends = visits.flatMap((way) => scheduleRoute(changedProblem, index, way)?.at(-1)?.leave ?? [])
    if (ends.length > 0) return { vehicle: { ...changed, latest: Math.min(...ends) }, note }
  }
  return { vehicle, note: null }
}

/** Within the numbers that are still told apart by a millisecond. */
const FOREVER = 1e9
