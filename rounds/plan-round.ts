import { KerbsideError } from '../model/error.ts'
import type { LeftBin } from '../model/round.ts'
import { AHEAD_RATIO, routesOfRound } from './choose/plan-ahead.ts'
import { chooseBins, type DueBin, leave } from './choose-bins.ts'
import { BINS_PER_ROUND_MAX, type ChosenLorry, chooseLorries } from './choose-lorries.ts'
import { findCheapestDetour } from './find-detour.ts'
import { type Ahead, lookAhead } from './look-ahead.ts'
import { measureRound } from './measure-round.ts'
import { refuseUnreachable } from './refuse-unreachable.ts'
import type { Roads } from './roads/roads.ts'
import type { RoundInput, RoundPlan, RoundProgress } from './round-input.ts'
import { createRoundProblem, listRoundPlaces, type RoundProblem } from './round-problem.ts'
import { createRoundSpeeds } from './round-speeds.ts'
import { dateOfRound, nameNextRound, roundTimesOf } from './round-times.ts'
import { joinLegs, type ScheduledLorry, scheduleLorry } from './schedule-lorry.ts'
import type { Problem } from './vrp/problem.ts'
import type { VrpPlan, VrpRoute } from './vrp/solution.ts'
import type { SolveOptions } from './vrp/solve.ts'
import { whyAbsent } from './why-absent.ts'
import { whyLater, whyNotWorth } from './why-not-worth.ts'

/** How long the search for a better plan takes where the request does not say; small rounds are done sooner. */
const DEFAULT_SECONDS = 10
const DEFAULT_SEED = 1

export interface PlanRoundOptions {
  readonly roads: Roads
  readonly solve: (
    problem: Problem,
    options: SolveOptions & { threads: number },
  ) => VrpPlan | Promise<VrpPlan>
  /** In place of the request's seconds: the same input, seed and iterations give the same plan. */
  readonly iterations?: number | undefined
  /** Since any beginning; never falls. */
  readonly elapsedSeconds: () => number
  readonly shouldStop?: (() => boolean) | undefined
  readonly onProgress?: ((progress: RoundProgress) => void) | undefined
}

/** What planning begins with: who drives, what is due, and what is left already. */
export interface RoundTask {
  readonly lorries: readonly ChosenLorry[]
  readonly due: readonly DueBin[]
  readonly left: readonly LeftBin[]
}

/**
 * Plans a round: every bin asked for is in it exactly once or among those left with its reason. Bins that must be emptied
 * are in it if any lorry can take them; of the others, those whose visit saves more than it costs, by a plan of this round
 * together with the next ones. Lorries that are not used are not in it. Rejects with a KerbsideError INVALID_REQUEST as
 * `checkRound` throws, before any solving, and where no road leads to a depot or to a bin that was asked for by name; and as
 * `Roads.measure` does.
 */
export async function planRound(input: RoundInput, options: PlanRoundOptions): Promise<RoundPlan> {
  const { elapsedSeconds, iterations, shouldStop, onProgress } = options
  const startedAt = elapsedSeconds()
  const task = checkRound(input)
  const reached = await measureTask(input, task, options.roads)
  const { seed = DEFAULT_SEED, threads = 1, seconds = DEFAULT_SECONDS } = input.request
  const first = createRoundProblem(input, reached.places, reached.measured)
  const search = (problem: Problem, share: number, start?: VrpPlan): VrpPlan | Promise<VrpPlan> =>
    options.solve(problem, {
      seed,
      threads,
      start,
      iterations: iterations && Math.round(share * iterations),
      seconds: iterations === undefined ? share * seconds : undefined,
      elapsedSeconds,
      shouldStop,
      onBetter: onProgress && ((plan) => onProgress(progressOf(first, plan, elapsedSeconds() - startedAt))),
    })
  const ahead = await lookAhead(first, (problem) => search(problem, AHEAD_RATIO))
  const { round } = ahead
  const best = await search(round.problem, ahead.start ? 1 - AHEAD_RATIO : 1, ahead.start)
  const lorries = best.routes.map((route) => ({ ...scheduleLorry(round, route), vehicle: route.vehicle }))
  const { roads, searchOf } = reached.measured
  const traced = await Promise.all(
    lorries.map(async ({ round: lorryRound, places, vehicle }) => ({
      ...lorryRound,
      geometry: joinLegs(places, await roads.trace(places, searchOf[vehicle])),
    })),
  )
  return {
    estimated: roads.isEstimated,
    attribution: roads.attribution,
    ...totalsOf(lorries),
    lorries: traced,
    left: [
      ...task.left,
      ...reached.left,
      ...best.absent
        .toSorted((a, b) => a - b)
        .map((customer) => leaveAbsent(input, ahead, best.routes, customer)),
    ],
  }
}

function leaveAbsent(
  input: RoundInput,
  { round, visits }: Ahead,
  routes: readonly VrpRoute[],
  customer: number,
): LeftBin {
  const bin = round.due[customer] as DueBin
  const detour = findCheapestDetour(round, routes, customer)
  const why = whyNotWorth(bin, detour) ?? `but ${whyAbsent(round, customer)}`
  const { round: later = 0, detour: detourLater } = visits[customer] ?? {}
  const isLater = later > 0 && detourLater
  const reason = isLater ? `${why}; ${whyLater(nameLaterRound(input, later), detourLater)}` : why
  return leave(bin.id, `${bin.reason}; ${reason}`, bin.forecast, detour)
}

function nameLaterRound(input: RoundInput, round: number): string {
  const { date } = input.request
  return nameNextRound(date, dateOfRound(date, roundTimesOf(input).nextDate, round))
}

/** The ways between all that is reached by road, and the bins that are not, with the reason. */
async function measureTask(input: RoundInput, task: RoundTask, roads: Roads) {
  const places = listRoundPlaces(input, task)
  const search = { day: createRoundSpeeds(input, roads.edges) }
  const measured = await measureRound(roads, places.places, task.lorries, search)
  const { unreachable } = measured
  if (unreachable.size === 0) return { places, measured, left: [] }
  refuseUnreachable(input.request, places, unreachable)
  const left = places.due.flatMap((bin, index) => {
    const reason = unreachable.get(index)
    return reason === undefined ? [] : [leave(bin.id, `${bin.reason}; but ${reason}`, bin.forecast)]
  })
  const reachedTask = { ...task, due: places.due.filter((_, index) => !unreachable.has(index)) }
  const reachedPlaces = listRoundPlaces(input, reachedTask)
  return {
    places: reachedPlaces,
    measured: await measureRound(roads, reachedPlaces.places, task.lorries, search),
    left,
  }
}

/** What would be planned; throws a KerbsideError INVALID_REQUEST with its faults where the input makes no sense. */
export function checkRound(input: RoundInput): RoundTask {
  const lorries = chooseLorries(input)
  const { due, left } = chooseBins(input)
  if (due.length > BINS_PER_ROUND_MAX) {
    const message = `${due.length} bins are due, and a round takes ${BINS_PER_ROUND_MAX}: choose some`
    throw new KerbsideError('INVALID_REQUEST', `deviceIds: ${message}`, {
      faults: [{ path: 'deviceIds', message }],
    })
  }
  return { lorries, due, left }
}

/** Of a plan of several rounds, what this one does. */
function progressOf(round: RoundProblem, plan: VrpPlan, elapsed: number): RoundProgress {
  const routes = routesOfRound(round.problem, plan, 0)
  return {
    ...totalsOf(routes.map((route) => scheduleLorry(round, route))),
    bins: routes.reduce(
      (sum, { visits }) => sum + visits.filter((stop) => stop < round.due.length).length,
      0,
    ),
    elapsedSeconds: elapsed,
  }
}

function totalsOf(lorries: readonly ScheduledLorry[]): {
  cost: number
  distanceM: number
  durationSeconds: number
} {
  let [cost, distanceM, durationSeconds] = [0, 0, 0]
  for (const { cost: lorryCost, round } of lorries) {
    cost += lorryCost
    distanceM += round.distanceM
    durationSeconds += round.durationSeconds
  }
  return { cost: Math.round(cost * 100) / 100, distanceM, durationSeconds }
}
