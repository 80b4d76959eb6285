import type { Device } from '../../model/device.ts'
import { type LastValues, lastNumbers } from '../last-values.ts'
import { nameOf, type Outcome, sayDuration } from '../outcome.ts'

/** What a forecast says of a bin. */
export interface OverflowForecast {
  /** The level that it was made from. */
  readonly fillPercent: number
  /** That the bin is full before it is next visited, 0 to 1. */
  readonly chance: number
  /** When that is, in ms since 1970. */
  readonly nextVisitTime: number
  /** Whether a round is planned that lifts it then. */
  readonly isPlanned: boolean
}

/** At 0.8, one alert in 24 was in vain in a simulated week. */
const LIKELY = 0.95
const UNLIKELY = 0.5
/** Who empties bins without a plan may come sooner than usual: such a bin has to be nearly full, too. */
const NEARLY_FULL_PERCENT = 90
/** It was emptied since the forecast was made. */
const FALL_PERCENT = 25

/** A bin that is likely to be full before anybody comes. */
export function judgeOverflow(
  bin: Device,
  values: LastValues,
  forecast: OverflowForecast | undefined,
  now: number,
): Outcome {
  const [fillPercent] = lastNumbers(values, 'fillPercent')
  if (forecast === undefined || fillPercent === undefined) return 'unsure'
  if (fillPercent < forecast.fillPercent - FALL_PERCENT) return 'well'
  const { chance, nextVisitTime, isPlanned } = forecast
  if (chance < UNLIKELY) return 'well'
  // Somebody should have been there: what comes next is not forecast yet.
  if (chance < LIKELY || nextVisitTime <= now) return 'unsure'
  if (!isPlanned && fillPercent < NEARLY_FULL_PERCENT) return 'unsure'
  const untilSeconds = Math.round((nextVisitTime - now) / 1000)
  const visit = isPlanned ? 'its round comes' : 'a round could come'
  const percent = Math.round(100 * chance)
  return {
    severity: 'warning',
    summary: `${nameOf(bin)} is ${Math.round(fillPercent)} % full and overflows with a chance of ${percent} % before ${visit} in ${sayDuration(untilSeconds)}.`,
    detail: { fillPercent, chanceOfOverflow: chance, nextVisitSeconds: untilSeconds },
  }
}
