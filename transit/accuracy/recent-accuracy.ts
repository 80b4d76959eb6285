import type { JudgedPrediction } from '../../model/judged-prediction.ts'
import { type AccuracyBin, findBin, isGood, MBTA_BINS } from './accuracy-bins.ts'

/** What predictions of one horizon came to, within the last hour. */
export interface RecentHorizon extends Pick<AccuracyBin, 'fromMinutes' | 'toMinutes'> {
  readonly predictions: number
  readonly maeSeconds: number
  /** The mean of actual minus predicted. */
  readonly biasSeconds: number
  /** The share within MBTA's bounds. */
  readonly withinPercent: number
}

/** Counts by the minute in which it became known what came of a prediction, for an hour. */
export interface RecentAccuracy {
  /** `now` in ms since 1970, rising. */
  add(judged: JudgedPrediction, now: number): void
  /** By MBTA's horizons; those of which nothing is known are left out. */
  list(now: number): readonly RecentHorizon[]
}

const MINUTE_MS = 60_000
const MINUTES = 60

interface Minute {
  readonly minute: number
  readonly sums: readonly { count: number; good: number; absolute: number; error: number }[]
}

export function createRecentAccuracy(): RecentAccuracy {
  let minutes: Minute[] = []
  return {
    add({ horizonSeconds, errorSeconds }, now) {
      const bin = findBin(MBTA_BINS, horizonSeconds)
      const sum = minuteOf(now).sums[bin]
      if (!sum) return
      sum.count += 1
      sum.good += isGood(MBTA_BINS[bin], errorSeconds) ? 1 : 0
      sum.absolute += Math.abs(errorSeconds)
      sum.error += errorSeconds
    },
    list(now) {
      letGo(now)
      return MBTA_BINS.flatMap(({ fromMinutes, toMinutes }, bin) => {
        const total = (field: 'count' | 'good' | 'absolute' | 'error') =>
          minutes.reduce((sum, { sums }) => sum + (sums[bin]?.[field] ?? 0), 0)
        const predictions = total('count')
        if (predictions === 0) return []
        return {
          fromMinutes,
          toMinutes,
          predictions,
          maeSeconds: total('absolute') / predictions,
          biasSeconds: total('error') / predictions,
          withinPercent: (100 * total('good')) / predictions,
        }
      })
    },
  }

  function minuteOf(now: number): Minute {
    const minute = Math.floor(now / MINUTE_MS)
    const last = minutes.at(-1)
    if (last && last.minute >= minute) return last
    letGo(now)
    const sums = MBTA_BINS.map(() => ({ count: 0, good: 0, absolute: 0, error: 0 }))
    const added = { minute, sums }
    minutes.push(added)
    return added
  }

  function letGo(now: number): void {
    const first = Math.floor(now / MINUTE_MS) - MINUTES
    minutes = minutes.filter(({ minute }) => minute > first)
  }
}
