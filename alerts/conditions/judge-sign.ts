import type { Device } from '../../model/device.ts'
import { nameOf, type Outcome, sayDuration } from '../outcome.ts'

/** What is known of what a display shows. Times are ms since 1970. */
export interface SignView {
  /** What it says of itself, as `dark`; undefined where it says nothing. */
  readonly state: string | undefined
  /** Questions for what it shows that it did not answer, one after another; undefined where it is not known whether it answers. */
  readonly unanswered: number | undefined
  /** What was wrong with its lines when they were last compared; undefined where they cannot be. */
  readonly faults: number | undefined
  /** When they were last compared. */
  readonly comparedTime: number
}

/** It is asked every five minutes. */
const UNANSWERED_MAX = 3

/** A display that shows nothing, as it says itself, or answers nothing for a quarter of an hour. */
export function judgeSignDark(display: Device, { state, unanswered }: SignView): Outcome {
  if (state === 'dark') {
    return { severity: 'warning', summary: `${nameOf(display)} is dark.`, detail: {} }
  }
  if (unanswered !== undefined && unanswered >= UNANSWERED_MAX) {
    return {
      severity: 'warning',
      summary: `${nameOf(display)} has not answered ${unanswered} times when it was asked what it shows.`,
      detail: { unanswered },
    }
  }
  return state !== undefined || unanswered === 0 ? 'well' : 'unsure'
}

/** Since when a display shows what it should not, by each comparison since; undefined where the last one agreed. */
export interface WrongSince {
  readonly time: number
  readonly comparedTime: number
  readonly comparisons: number
}

/** What is said of a display after another look, which counts where it was compared anew. */
export function noteWrong(
  before: WrongSince | undefined,
  { faults, comparedTime }: SignView,
): WrongSince | undefined {
  if (faults === undefined || comparedTime <= (before?.comparedTime ?? Number.NEGATIVE_INFINITY))
    return before
  if (faults === 0) return undefined
  return { time: before?.time ?? comparedTime, comparedTime, comparisons: (before?.comparisons ?? 0) + 1 }
}

/** A departure that has just changed is soon shown as it is: a display is wrong after two comparisons and so long. */
const WRONG_MS = 240_000

/** A display that goes on to show departures that are not so. */
export function judgeSignWrong(
  display: Device,
  { faults }: SignView,
  wrong: WrongSince | undefined,
): Outcome {
  if (!wrong) return faults === undefined ? 'unsure' : 'well'
  const wrongSeconds = Math.round((wrong.comparedTime - wrong.time) / 1000)
  if (faults === undefined || wrong.comparisons < 2 || wrongSeconds * 1000 < WRONG_MS) return 'unsure'
  return {
    severity: 'warning',
    summary: `${nameOf(display)} shows ${faults} ${faults === 1 ? 'line' : 'lines'} that should not be so, or leaves them out, for ${sayDuration(wrongSeconds)}.`,
    detail: { faults, wrongSeconds },
  }
}
