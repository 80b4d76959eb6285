import type { Outcome } from '../outcome.ts'

/** Of predictions that came true or not: how many, and how many of them were good. */
export interface PredictionTally {
  readonly count: number
  readonly good: number
}

const COUNT_MIN = 200
const USUAL_COUNT_MIN = 2_000
/** In points of the share of good ones. */
const FALLEN = 0.15
const RISEN = 0.08

/** Predictions of the last hour that are good much less often than they usually are. */
export function judgeAccuracy(lately: PredictionTally, usually: PredictionTally): Outcome {
  if (lately.count < COUNT_MIN || usually.count < USUAL_COUNT_MIN) return 'unsure'
  const now = lately.good / lately.count
  const usual = usually.good / usually.count
  if (now >= usual - RISEN) return 'well'
  if (now > usual - FALLEN) return 'unsure'
  const [goodPercent, usualGoodPercent] = [now, usual].map((ratio) => Math.round(100 * ratio)) as [
    number,
    number,
  ]
  return {
    severity: 'warning',
    summary: `${goodPercent} % of the last hour's ${Math.round(lately.count)} predictions were good; usually ${usualGoodPercent} % are.`,
    detail: { goodPercent, usualGoodPercent, predictions: Math.round(lately.count) },
  }
}
