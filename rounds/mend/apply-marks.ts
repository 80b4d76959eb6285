import { DEFAULT_THRESHOLD_PERCENT } from '../../model/device.ts'
import type { LorryRound, Round } from '../../model/round.ts'
import type { RoundMark } from '../../model/round-mark.ts'
import type { RoundInput } from '../round-input.ts'
import type { LorryProgress } from './find-progress.ts'
import { listProgress } from './list-progress.ts'
import { readMarks } from './read-marks.ts'

/** A crew within so much of its plan is on schedule, and nobody's plan changes. */
const SCHEDULE_SECONDS = 600

interface MarkOptions {
  readonly input: RoundInput
  /** In ms since 1970. */
  readonly now: number
  /** The rest is to be planned anew in any case. */
  readonly isUrgent?: boolean
}

/**
 * A round with new marks kept, as its next revision. Where they change nothing but what is done, as planned, that shows at
 * once; otherwise the round `isMending`: its rest is to be planned anew.
 */
export function applyMarks(
  round: Round,
  fresh: readonly RoundMark[],
  { input, now, isUrgent = false }: MarkOptions,
): Round {
  const marks = [...(round.marks ?? []), ...fresh]
  const kept: Round = { ...round, marks, changes: [], revision: round.revision + 1 }
  if (isUrgent || round.isMending || fresh.some((mark) => !isQuiet(mark, round, input)))
    return { ...kept, isMending: true }
  const lorries = listProgress(round, input, readMarks(marks), now)
  const planned = new Map(round.lorries.map((lorry) => [lorry.lorryId, lorry]))
  const isOnSchedule = lorries.every((progress) =>
    keepsPlan(progress, planned.get(progress.lorryId) as LorryRound),
  )
  if (!isOnSchedule) return { ...kept, isMending: true }
  return {
    ...kept,
    lorries: lorries.map(({ lorryId, behind, rest }) => ({
      ...(planned.get(lorryId) as LorryRound),
      stops: [...behind, ...rest],
    })),
  }
}

/** Whether it may leave the plan as it is: a level below its threshold does, or one of a bin that is in the plan already. */
function isQuiet(
  { type, deviceId, lorryId, fillPercent = 0 }: RoundMark,
  round: Round,
  input: RoundInput,
): boolean {
  const planned = round.lorries.find(({ stops }) => stops.some((stop) => stop.deviceId === deviceId))
  if (type === 'done') {
    if (deviceId === undefined) return true
    // One that was impossible is left, and no load of the plan has it.
    const isReckoned = planned?.stops.some(
      (stop) => stop.deviceId === deviceId && stop.status !== 'impossible',
    )
    return isReckoned === true && (lorryId ?? planned?.lorryId) === planned?.lorryId
  }
  if (type !== 'reading') return false
  const threshold = input.bins.find(({ id }) => id === deviceId)?.thresholdPercent
  return planned !== undefined || fillPercent < (threshold ?? DEFAULT_THRESHOLD_PERCENT)
}

/** What is behind and what is left are the plan in its order, and at about its times. */
function keepsPlan({ behind, rest }: LorryProgress, { stops }: LorryRound): boolean {
  const now = [...behind, ...rest]
  const isInOrder =
    now.length === stops.length &&
    now.every(({ type, deviceId, tipId }, index) => {
      const planned = stops[index]
      return planned?.type === type && planned.deviceId === deviceId && planned.tipId === tipId
    })
  if (!isInOrder) return false
  const last = behind.length - 1
  const [left, due] = [behind[last]?.departureTime, stops[last]?.departureTime]
  if (left === undefined || due === undefined) return true
  return Math.abs(Date.parse(left) - Date.parse(due)) <= SCHEDULE_SECONDS * 1000
}
