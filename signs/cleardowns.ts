/** How long departed buses stay on a display: from the request to clear one down until its answer. */
export interface Cleardowns {
  request(departureId: string, now: number): void
  /** `time` is what the display says when it was; undefined where it says none. */
  answer(departureId: string, time: number | undefined, now: number): void
  summary(now: number): CleardownSummary
}

interface CleardownSummary {
  /** Of the last 100 answered. */
  readonly count: number
  readonly lastSeconds: number | null
  readonly meanSeconds: number | null
  readonly longestSeconds: number | null
  /** Requested over a minute ago, at most an hour, and not answered. */
  readonly unansweredCount: number
}

const KEPT_MAX = 100
const LATE_MS = 60_000
const FORGOTTEN_MS = 3_600_000
/** A display whose clock is further off than this is measured by ours. */
const CLOCK_OFF_MS = 5_000

export function createCleardowns(): Cleardowns {
  const requested = new Map<string, number>()
  const seconds: number[] = []
  return {
    request(departureId, now) {
      requested.delete(departureId)
      requested.set(departureId, now)
      if (requested.size > KEPT_MAX) requested.delete(requested.keys().next().value as string)
    },
    answer(departureId, time, now) {
      const requestedTime = requested.get(departureId)
      if (requestedTime === undefined) return
      requested.delete(departureId)
      // Its times are of whole seconds, so an answer may seem to come before the request.
      const isPlausible =
        time !== undefined && time >= requestedTime - CLOCK_OFF_MS && time <= now + CLOCK_OFF_MS
      const clearedTime = isPlausible ? Math.min(time, now) : now
      seconds.push(Math.max(0, clearedTime - requestedTime) / 1_000)
      if (seconds.length > KEPT_MAX) seconds.shift()
    },
    summary(now) {
      let unansweredCount = 0
      for (const [departureId, time] of requested) {
        if (now - time > FORGOTTEN_MS) requested.delete(departureId)
        else if (now - time > LATE_MS) unansweredCount += 1
      }
      const sum = seconds.reduce((total, value) => total + value, 0)
      return {
        count: seconds.length,
        lastSeconds: seconds.at(-1) ?? null,
        meanSeconds: seconds.length === 0 ? null : Math.round((sum / seconds.length) * 100) / 100,
        longestSeconds: seconds.length === 0 ? null : Math.max(...seconds),
        unansweredCount,
      }
    },
  }
}
