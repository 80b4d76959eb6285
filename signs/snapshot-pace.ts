import { ask } from './answer-sign.ts'
import type { SignMessage } from './sign-message.ts'
import type { SignState } from './sign-state.ts'

/** A display is asked what it shows this often, as long as it is heard of. */
const EVERY_MS = 300_000
/** So many at a time, so that a town's answers do not come at once. */
const AT_A_TIME = 20
/** A display that has not answered by then has missed it. */
const PATIENCE_MS = 60_000
/** Heartbeats come every half a minute, by the standard's advice; what is silent for so long is not asked. */
const SILENT_MS = 900_000

/** One that has just begun has its content only in a moment. */
const START_MS = 15_000

/** Asks a display that has just begun as soon as it should show what it was told. */
export function askLater(state: SignState, now: number): void {
  state.askedTime = now - EVERY_MS + START_MS
}

/** Asks those whose turn it is, called about once a second; the longest waiting first. */
export function askSnapshots(states: Iterable<SignState>, newId: () => string, now: number): SignMessage[] {
  const due: SignState[] = []
  for (const state of states) {
    if (state.asked && now - state.asked.time > PATIENCE_MS) {
      state.asked = null
      state.missedSnapshots += 1
    }
    const isThere = state.lastHeardTime !== null && now - state.lastHeardTime < SILENT_MS
    if (isThere && !state.asked && now - state.askedTime >= EVERY_MS) due.push(state)
  }
  return due
    .toSorted((a, b) => a.askedTime - b.askedTime)
    .slice(0, AT_A_TIME)
    .map((state) => {
      const requestId = newId()
      state.asked = { requestId, time: now }
      state.askedTime = now
      return ask(state.sign, 'textSnapshot', requestId)
    })
}
