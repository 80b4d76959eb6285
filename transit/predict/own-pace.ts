/** What a bus lost or gained against others fades by half in this time: its driver stays, its load does not. */
const HALF_LIFE_MS = 10 * 60_000
/** As much driving as is taken to have been just as fast as others'. */
const PRIOR_SECONDS = 300
/** How much of a bus's own pace holds on: it mostly evens out, so believing more of it does harm. */
const SHARE = 0.12
const RATIO_MIN = 0.6
const RATIO_MAX = 1.6
/** One link counts as within these factors of what was expected. */
const CLIP_LOW = 0.45
const CLIP_HIGH = 2.2

/** How one bus drives beside what others need. Times in ms since 1970. */
export interface OwnPace {
  seconds: number
  expectedSeconds: number
  time: number
}

export function createOwnPace(): OwnPace {
  return { seconds: 0, expectedSeconds: 0, time: 0 }
}

export function learnPace(pace: OwnPace, time: number, seconds: number, expectedSeconds: number): void {
  const fading = time > pace.time ? 0.5 ** ((time - pace.time) / HALF_LIFE_MS) : 1
  const clipped = Math.min(expectedSeconds * CLIP_HIGH, Math.max(expectedSeconds * CLIP_LOW, seconds))
  pace.seconds = pace.seconds * fading + clipped
  pace.expectedSeconds = pace.expectedSeconds * fading + expectedSeconds
  pace.time = Math.max(pace.time, time)
}

/** What the seconds of links ahead are to be multiplied by. */
export function paceRatio({ seconds, expectedSeconds }: OwnPace): number {
  const ratio = (seconds + PRIOR_SECONDS) / (expectedSeconds + PRIOR_SECONDS)
  return 1 + SHARE * (Math.min(RATIO_MAX, Math.max(RATIO_MIN, ratio)) - 1)
}
