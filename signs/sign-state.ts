import type { Device } from '../model/device.ts'
import type { Sign } from '../model/sign.ts'
import { type Cleardowns, createCleardowns } from './cleardowns.ts'
import type { LineFault } from './compare-lines.ts'
import type { Said } from './t047/read-saying.ts'

/** What was shown at a time, and what was wrong with it. */
interface Snapshot {
  readonly lines: readonly string[]
  /** When it came, in ms since 1970. */
  readonly time: number
  readonly faults: readonly LineFault[]
}

/** What is known of one T047 display. Times are ms since 1970. */
export interface SignState {
  device: Device
  sign: Sign
  lastHeardTime: number | null
  snapshot: Snapshot | null
  /** The question that waits for its answer. */
  asked: { readonly requestId: string; readonly time: number } | null
  askedTime: number
  /** Snapshots that were asked for in vain since the last one came. */
  missedSnapshots: number
  lineCount: number | null
  charsPerLine: number | null
  firmware: string | null
  /** Whether it has confirmed the place that it was given. */
  isConfigured: boolean
  readonly cleardowns: Cleardowns
  /** Requests for content that came before it was known what is to be shown; at most 8. */
  waiting: Said[]
  /** Requests that were answered, so that one that comes twice is not. */
  readonly answered: Set<string>
  /** When it was last answered, to bound how often it can ask. */
  readonly answerTimes: number[]
}

export function createSignState(device: Device, sign: Sign): SignState {
  return {
    device,
    sign,
    lastHeardTime: null,
    snapshot: null,
    asked: null,
    askedTime: 0,
    missedSnapshots: 0,
    lineCount: null,
    charsPerLine: null,
    firmware: null,
    isConfigured: false,
    cleardowns: createCleardowns(),
    waiting: [],
    answered: new Set(),
    answerTimes: [],
  }
}

const ANSWERED_MAX = 64
/** A display that asks in a loop is answered so often in a minute; what it asks beyond that is dropped. */
const ANSWERS_PER_MINUTE = 30

/** Whether a request of a display is to be answered now. */
export function takeRequest(state: SignState, requestId: string, now: number): boolean {
  if (state.answered.has(requestId)) return false
  const { answerTimes, answered } = state
  while (answerTimes.length > 0 && (answerTimes[0] as number) <= now - 60_000) answerTimes.shift()
  if (answerTimes.length >= ANSWERS_PER_MINUTE) return false
  answerTimes.push(now)
  answered.add(requestId)
  if (answered.size > ANSWERED_MAX) answered.delete(answered.values().next().value as string)
  return true
}
