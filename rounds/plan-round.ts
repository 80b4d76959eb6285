import { KerbsideError } from '../model/error.ts'
import { chooseBins, type DueBin, leave } from './choose-bins.ts'
import { BINS_PER_ROUND_MAX, type ChosenLorry, chooseLorries } from './choose-lorries.ts'
import type { RoundInput, RoundPlan, RoundProgress } from './round-input.ts'
import { createRoundProblem, type RoundProblem } from './round-problem.ts'
import { scheduleLorry } from './schedule-lorry.ts'
import type { VrpPlan } from './vrp/solution.ts'
import { solve } from './vrp/solve.ts'
import { whyAbsent } from './why-absent.ts'

/** How long the search for a better plan takes where the request does not say; small rounds are done sooner. */
const DEFAULT_SECONDS = 10
const DEFAULT_SEED = 1

export interface PlanRoundOptions {
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
  readonly left: readonly ReturnType<typeof leave>[]
}

/**
 * Plans a round: every bin asked for that is at or above its threshold, or must be emptied, is in it exactly once or
 * among those left with its reason; so are those that are not due. Lorries that are not used are not in it. Throws a
 * KerbsideError INVALID_REQUEST as `checkRound` does, before any solving.
 */
export function planRound(input: RoundInput, options: PlanRoundOptions): RoundPlan {
  const { elapsedSeconds, iterations, shouldStop, onProgress } = options
  const startedAt = elapsedSeconds()
  const task = checkRound(input)
  const round = createRoundProblem(input, task)
  const best = solve(round.problem, {
    seed: input.request.seed ?? DEFAULT_SEED,
    iterations,
    seconds: iterations === undefined ? (input.request.seconds ?? DEFAULT_SECONDS) : undefined,
    elapsedSeconds,
    shouldStop,
    onBetter: onProgress && ((better) => onProgress(progressOf(round, better, elapsedSeconds() - startedAt))),
  })
  const lorries = best.routes.map((route) => scheduleLorry(round, route))
  return {
    estimated: true,
    ...totalsOf(lorries),
    lorries: lorries.map(({ round: lorryRound }) => lorryRound),
    left: [
      ...task.left,
      ...best.absent
        .toSorted((a, b) => a - b)
        .map((customer) => {
          const bin = task.due[customer] as DueBin
          return leave(bin.id, `${bin.reason}; but ${whyAbsent(round, customer)}`)
        }),
    ],
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

function progressOf(round: RoundProblem, plan: VrpPlan, elapsed: number): RoundProgress {
  return {
    ...totalsOf(plan.routes.map((route) => scheduleLorry(round, route))),
    bins: round.problem.customers.length - plan.absent.length,
    elapsedSeconds: elapsed,
  }
}

function totalsOf(lorries: readonly ReturnType<typeof scheduleLorry>[]): {
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
