import { createRecentValues } from './recent-values.ts'

/** Between two trips a driver changes the sign and lets people off, if nothing else is known. */
const PRIOR_SECONDS = 120
const KEPT = 200
/** Before so many are known the prior holds. */
const KNOWN_MIN = 10
/** The shortest layovers are what a late bus needs; the very shortest are positions that were missed. */
const SHORT_RATIO = 0.25
const LAYOVER_MAX_SECONDS = 1_800

/** How long vehicles that are late for their next trip stay between the two. */
export interface Layovers {
  leastSeconds(): number
  learn(seconds: number): void
  list(): readonly number[]
}

export function createLayovers(known: readonly number[] = []): Layovers {
  const late = createRecentValues(KEPT, known)
  return {
    leastSeconds: () => (late.count < KNOWN_MIN ? PRIOR_SECONDS : late.quantile(SHORT_RATIO)),
    learn(seconds) {
      if (seconds >= 0 && seconds <= LAYOVER_MAX_SECONDS) late.add(seconds)
    },
    list: late.list,
  }
}
