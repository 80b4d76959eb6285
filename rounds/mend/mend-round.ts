import type { LeftBin, Round } from '../../model/round.ts'
import type { RoundChange, RoundMark } from '../../model/round-mark.ts'
import { leave } from '../choose-bins.ts'
import type { Roads } from '../roads/roads.ts'
import type { PlannedBin, RoundInput } from '../round-input.ts'
import type { Problem } from '../vrp/problem.ts'
import type { VrpPlan } from '../vrp/solution.ts'
import type { SolveOptions } from '../vrp/solve.ts'
import { whyAbsent } from '../why-absent.ts'
import { collectBins } from './collect-bins.ts'
import { createMendProblem, type MendProblem } from './create-mend-problem.ts'
import { describeChanges } from './describe-changes.ts'
import { joinDay } from './join-day.ts'
import { listDemands } from './list-demands.ts'
import { listProgress } from './list-progress.ts'
import { type MarkedDay, readMarks } from './read-marks.ts'

/** How long the search for the rest of a day takes: crews wait for it. */
const MEND_SECONDS = 3

export interface MendOptions {
  readonly roads: Roads
  readonly solve: (problem: Problem, options: SolveOptions) => VrpPlan
  /** In ms since 1970. */
  readonly now: number
  readonly seconds?: number | undefined
  /** In place of the seconds: the same input and iterations give the same plan. */
  readonly iterations?: number | undefined
  /** Since any beginning; never falls. */
  readonly elapsedSeconds: () => number
}

/** A round with the rest of its day planned anew; its revision is the next one. */
export type MendedRound = Round & { readonly marks: RoundMark[]; readonly changes: RoundChange[] }

/**
 * Plans the rest of a round's day anew, from all that was marked of it: what is over stays as it was, and so does the stop
 * that a lorry is on its way to. Bins that were promised are emptied, by the same lorry where another one is hardly cheaper,
 * or are left with the reason. `input` is what is known of the town now. Rejects as `Roads.measure` does.
 */
export async function mendRound(round: Round, input: RoundInput, options: MendOptions): Promise<MendedRound> {
  const day = readMarks(round.marks ?? [])
  const today = withLevels(withoutGone(input), day)
  const lorries = listProgress(round, today, day, options.now)
  const demands = listDemands(round.lorries)
  const open = collectBins({ round, input: today, day }, lorries, demands)
  const mend = await createMendProblem(
    {
      input: today,
      now: options.now,
      blocked: day.blocked,
      broken: day.broken,
      roads: options.roads,
      demands,
    },
    lorries,
    open,
  )
  const plan = solveRest(mend, round, options)
  const joined = await joinDay(mend, plan, lorries, input.lorries)
  const left: LeftBin[] = [
    ...open.left,
    ...mend.left,
    ...plan.absent
      .toSorted((a, b) => a - b)
      .map((customer) => {
        const bin = mend.problem.due[customer] as (typeof mend.problem.due)[number]
        const isPromised = open.promised.has(bin.id)
        const why = isPromised ? `but ${whyNobody(mend, customer)}` : 'the way to it costs more than waiting'
        return { ...leave(bin.id, `${bin.reason}; ${why}`, bin.forecast), wasPlanned: isPromised }
      }),
  ]
  const mended = {
    ...round,
    ...joined,
    estimated: mend.measured.roads.isEstimated,
    attribution: mend.measured.roads.attribution,
    left,
    revision: round.revision + 1,
    isMending: false,
    marks: round.marks ?? [],
  }
  return {
    ...mended,
    changes: describeChanges(round, mended, { day, notes: mend.notes }),
  }
}

/** Lorries and depots that were deleted since are asked for no more. */
function withoutGone(input: RoundInput): RoundInput {
  const { request } = input
  const kept = (ids: readonly string[] | undefined, things: readonly { readonly id: string }[]) =>
    ids?.filter((id) => things.some((thing) => thing.id === id))
  return {
    ...input,
    request: {
      ...request,
      lorryIds: kept(request.lorryIds, input.lorries),
      depotIds: kept(request.depotIds, input.depots),
      deviceIds: kept(request.deviceIds, input.bins),
      mustEmpty: kept(request.mustEmpty, input.bins),
    },
  }
}

/** A level that was told holds until a later one is read; a forecast that did not know of it says nothing. */
function withLevels(input: RoundInput, { levels }: MarkedDay): RoundInput {
  if (levels.size === 0) return input
  return {
    ...input,
    bins: input.bins.map((bin): PlannedBin => {
      const told = levels.get(bin.id)
      if (!told || told.time < (bin.time ?? 0) || told.fillPercent === bin.fillPercent) return bin
      return { ...bin, fillPercent: told.fillPercent, time: told.time, forecast: null }
    }),
  }
}

function solveRest(mend: MendProblem, round: Round, options: MendOptions): VrpPlan {
  const { problem } = mend.problem
  const absent = problem.customers.map((_, index) => index)
  if (problem.vehicles.length === 0) return { cost: 0, routes: [], absent }
  const { iterations, seconds = MEND_SECONDS, elapsedSeconds } = options
  return options.solve(problem, {
    seed: round.request.seed ?? 1,
    start: mend.start,
    iterations,
    seconds: iterations === undefined ? seconds : undefined,
    elapsedSeconds,
  })
}

function whyNobody(mend: MendProblem, customer: number): string {
  if (mend.problem.problem.vehicles.length === 0) return 'no lorry is left that could empty it'
  return whyAbsent(mend.problem, customer)
}
