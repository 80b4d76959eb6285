import type { Round } from '../../../model/round.ts'
import type { NewRoundMark } from '../../../model/round-mark.ts'
import { applyMarks } from '../../../rounds/mend/apply-marks.ts'
import { checkMarks } from '../../../rounds/mend/check-marks.ts'
import { type MendedRound, mendRound } from '../../../rounds/mend/mend-round.ts'
import { planRound } from '../../../rounds/plan-round.ts'
import type { Roads } from '../../../rounds/roads/roads.ts'
import { createStraightRoads } from '../../../rounds/roads/straight-roads.ts'
import type { RoundInput } from '../../../rounds/round-input.ts'
import { solve } from '../../../rounds/vrp/solve.ts'

const elapsedSeconds = (): number => 0

/** A round that is done, as the registry keeps it. */
export async function planDay(
  input: RoundInput,
  { roads = createStraightRoads(), iterations = 2_000 }: { roads?: Roads; iterations?: number } = {},
): Promise<Round> {
  const plan = await planRound(input, { roads, solve, iterations, elapsedSeconds })
  return {
    id: 'round',
    status: 'done',
    error: null,
    request: input.request,
    createdTime: '2026-06-30T18:00:00.000Z',
    revision: 0,
    ...plan,
  }
}

/** Marks a round and mends it, as the API does. `now` is a time of the wire. */
export async function mendDay(
  round: Round,
  input: RoundInput,
  {
    now,
    marks,
    roads = createStraightRoads(),
    iterations = 2_000,
  }: { now: string; marks: readonly NewRoundMark[]; roads?: Roads; iterations?: number },
): Promise<MendedRound> {
  const time = Date.parse(now)
  const fresh = checkMarks({ marks }, { round, input, now: time })
  const marked = applyMarks(round, fresh, { input, now: time })
  return mendRound(marked, input, { roads, solve, now: time, iterations, elapsedSeconds })
}
