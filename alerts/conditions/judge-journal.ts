import { type Outcome, sayDuration } from '../outcome.ts'

/** What was accepted and is not stored yet. */
export interface Backlog {
  /** How full the journal is; undefined where another process has it. */
  readonly filledPercent: number | undefined
  readonly pending: number
  readonly lagSeconds: number
}

const FILLED_PERCENT = 80
const EMPTY_PERCENT = 60
const LAG_SECONDS = 900
const CAUGHT_UP_SECONDS = 120

/** Readings that wait to be stored: the journal fills up, or the oldest waits for long. */
export function judgeJournal({ filledPercent = 0, pending, lagSeconds }: Backlog): Outcome {
  if (filledPercent >= FILLED_PERCENT) {
    return {
      severity: 'critical',
      summary: `The journal is ${Math.round(filledPercent)} % full, with ${pending} readings that wait: at 100 % nothing more is acknowledged.`,
      detail: { filledPercent, pending },
    }
  }
  if (lagSeconds >= LAG_SECONDS) {
    return {
      severity: 'warning',
      summary: `${pending} readings wait to be stored, the oldest for ${sayDuration(lagSeconds)}.`,
      detail: { pending, lagSeconds: Math.round(lagSeconds) },
    }
  }
  return filledPercent < EMPTY_PERCENT && lagSeconds < CAUGHT_UP_SECONDS ? 'well' : 'unsure'
}
