import type { DeliveryStatus, HookProgress } from '../model/hook.ts'
import type { Random } from '../model/random.ts'

const SECOND_MS = 1_000
const HOUR_MS = 3_600 * SECOND_MS
const FIRST_DELAY_MS = 5 * SECOND_MS
/** As long at most, so that who is back is told soon. */
const DELAY_MAX_MS = 600 * SECOND_MS
const JITTER = 0.2
const RETRY_AFTER_MAX_MS = HOUR_MS
/** An event that is tried for so long is given up, and the next one goes on. */
const GIVEN_UP_AFTER_MS = 25 * HOUR_MS
/** A hook that nothing was delivered to for so long is paused. */
const PAUSED_AFTER_MS = 72 * HOUR_MS

/** What came of trying to deliver. */
export interface TryResult {
  /** Null where it was delivered. */
  readonly problem: string | null
  readonly statusCode: number | null
  /** Before then it wants nothing, in ms from now. */
  readonly retryAfterMs?: number | undefined
}

export interface TryVerdict {
  readonly status: DeliveryStatus
  readonly progress: HookProgress
  /** Before then nothing is tried, in ms since 1970. */
  readonly nextTime: number
  /** Why an event was given up. */
  readonly note: string | null
  /** Why the hook is paused from now on; null where it is not. */
  readonly pauseNote: string | null
}

/** What follows from a try that has ended at `now`, in ms since 1970. */
export function judgeTry(
  before: HookProgress,
  result: TryResult,
  { now, random }: { readonly now: number; readonly random: Random },
): TryVerdict {
  const { problem, statusCode } = result
  if (problem === null) {
    const progress = { attempts: 0, triedSince: null, failingSince: null, deliveredTime: now, problem }
    return { status: 'delivered', progress, nextTime: now, note: null, pauseNote: null }
  }
  const attempts = before.attempts + 1
  const triedSince = before.triedSince ?? now
  const failingSince = before.failingSince ?? now
  const progress = { ...before, attempts, triedSince, failingSince, problem }
  const nextTime = now + Math.max(delayMs(attempts, random), wantedDelayMs(result))
  const pauseNote = findPauseNote(statusCode, now - failingSince)
  if (pauseNote === null && now - triedSince >= GIVEN_UP_AFTER_MS) {
    const note = `given up after ${attempts} tries in ${hours(now - triedSince)} hours: ${problem}`
    const next = { ...progress, attempts: 0, triedSince: null }
    return { status: 'given-up', progress: next, nextTime: now, note, pauseNote }
  }
  return { status: 'waiting', progress, nextTime, note: null, pauseNote }
}

function findPauseNote(statusCode: number | null, failingMs: number): string | null {
  if (statusCode === 410) return 'the receiver answered 410 Gone: it wants no more'
  if (failingMs < PAUSED_AFTER_MS) return null
  return `nothing could be delivered for ${hours(failingMs)} hours`
}

/** 5 s, 10 s, 20 s and so on to 10 minutes, each by up to a fifth more or less, so that those that failed at once part. */
function delayMs(attempts: number, random: Random): number {
  const delay = Math.min(FIRST_DELAY_MS * 2 ** Math.min(attempts - 1, 20), DELAY_MAX_MS)
  return Math.round(delay * (1 + JITTER * (2 * random() - 1)))
}

function wantedDelayMs({ retryAfterMs = 0 }: TryResult): number {
  return Math.min(retryAfterMs, RETRY_AFTER_MAX_MS)
}

function hours(ms: number): number {
  return Math.round(ms / HOUR_MS)
}
