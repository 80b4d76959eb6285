import { KerbsideError } from '../model/error.ts'
import type { Round } from '../model/round.ts'
import type { NewRoundMark, RoundMark } from '../model/round-mark.ts'
import { applyMarks } from '../rounds/mend/apply-marks.ts'
import { checkMarks } from '../rounds/mend/check-marks.ts'
import type { RoundInput } from '../rounds/round-input.ts'
import type { ApiParts } from './parts.ts'
import { readRoundInput } from './round-input.ts'
import { PLANNING_ACTOR } from './shared-bins.ts'

/**
 * What happens on a round's day. Marks are kept before anything is planned, so that none is lost with a process; the registry
 * takes a revision only after the one before it, so that of two processes none overwrites what the other kept.
 */
export interface RoundMending {
  /**
   * Keeps marks, and mends the round where they change its rest; resolves with the round as it is then. It `isMending` still
   * where that has to wait. Rejects with NOT_FOUND, with INVALID_REQUEST for what cannot be marked, and with CONFLICT where
   * the round has no plan.
   */
  mark(authority: string, id: string, marks: readonly NewRoundMark[]): Promise<Round>
  /** Mends a round whose marks are kept, if nobody has meanwhile. */
  mend(authority: string, id: string): Promise<Round>
  /** Takes bins in that these levels make worth it, and keeps the marks only then: undefined where none is. */
  takeIn(
    authority: string,
    readings: readonly RoundMark[],
    from: { readonly round: Round; readonly input: RoundInput },
  ): Promise<Round | undefined>
}

/** Another crew marks something in between: then it is done again, each time faster. */
const TRIES_MAX = 8
const SECONDS = 3
const SECONDS_MIN = 0.2

export function createRoundMending(
  parts: ApiParts,
  onRevision: (authority: string, round: Round) => void,
): RoundMending {
  const { registry, roundPlanner, clock } = parts
  /** By round, the mending that is under way: those that come meanwhile wait for it, and find their marks heeded or go on. */
  const mending = new Map<string, Promise<unknown>>()

  return { mark, mend, takeIn }

  async function mark(authority: string, id: string, marks: readonly NewRoundMark[]): Promise<Round> {
    const kept = await retry(async () => {
      const round = requirePlan(await registry.getRound(authority, id))
      const input = await readInput(authority, round)
      const now = clock.now()
      const fresh = checkMarks({ marks }, { round, input, now })
      if (fresh.length === 0) return round
      const marked = applyMarks(round, fresh, { input, now })
      await registry.updateRound(authority, marked)
      onRevision(authority, marked)
      return marked
    })
    if (!kept.isMending) return kept
    try {
      return await mend(authority, id)
    } catch (error) {
      // The marks are kept: whoever looks for such rounds mends it.
      if (!(error instanceof KerbsideError) || !error.canRetry) throw error
      return kept
    }
  }

  async function mend(authority: string, id: string): Promise<Round> {
    const key = `${authority}/${id}`
    for (let before = mending.get(key); before; before = mending.get(key)) await before
    const turn = Promise.withResolvers<void>()
    mending.set(key, turn.promise)
    try {
      return await retry(async (attempt) => {
        const round = requirePlan(await registry.getRound(authority, id))
        if (!round.isMending) return round
        const mended = await roundPlanner.mend({
          round,
          input: await readInput(authority, round),
          now: clock.now(),
          seconds: Math.max(SECONDS_MIN, secondsOf(round) / 2 ** attempt),
        })
        await registry.updateRound(authority, mended)
        onRevision(authority, mended)
        return mended
      })
    } finally {
      mending.delete(key)
      turn.resolve()
    }
  }

  async function takeIn(
    authority: string,
    readings: readonly RoundMark[],
    { round, input }: { readonly round: Round; readonly input: RoundInput },
  ): Promise<Round | undefined> {
    const now = clock.now()
    const marked = applyMarks(round, readings, { input, now, isUrgent: true })
    const mended = await roundPlanner.mend({ round: marked, input, now, seconds: secondsOf(round) })
    if (!mended.changes.some(({ type }) => type === 'added')) return undefined
    const kept = { ...mended, revision: round.revision + 1 }
    await registry.updateRound(authority, kept)
    onRevision(authority, kept)
    return kept
  }

  async function readInput(authority: string, { id, request }: Round): Promise<RoundInput> {
    const user = { actor: PLANNING_ACTOR, round: id }
    return readRoundInput(parts, await registry.getAuthority(authority), request, user)
  }
}

/** What was planned in less is mended in less. */
function secondsOf({ request }: Round): number {
  return Math.min(SECONDS, request.seconds ?? SECONDS)
}

function requirePlan(round: Round): Round {
  if (round.status === 'done') return round
  throw new KerbsideError('CONFLICT', `The round ${round.id} has no plan to mark: it is ${round.status}`)
}

/** What is worked out from a round is kept only if nobody else changed it meanwhile. */
async function retry<T>(work: (attempt: number) => Promise<T>): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await work(attempt)
    } catch (error) {
      const isConflict = error instanceof KerbsideError && error.code === 'CONFLICT'
      if (!isConflict || !isRevision(error)) throw error
      if (attempt < TRIES_MAX) continue
      throw new KerbsideError('BUSY', 'Too much is marked of this round at once: try again later', {
        cause: error,
      })
    }
  }
}

function isRevision({ message }: KerbsideError): boolean {
  return message.includes('does not follow it')
}
