import { DAY_MS, describeFill } from './describe-fill.ts'
import type { FillHistory } from './fill-history.ts'
import type { FillPool } from './fill-pool.ts'

/** A quiet weekend is none. */
const DAYS_MIN = 3
/** In the same time it usually rises by so much. */
const GROWTH_MIN_PERCENT = 40
/** One that is full cannot rise. */
const FULL_PERCENT = 95

/** Whether readings go on, but their level has not moved for much longer than is usual of the bin. */
export function isStuck(history: FillHistory, pool: FillPool): boolean {
  const { time, risenTime, collectedTime, fillPercent } = history
  if (time === null || fillPercent >= FULL_PERCENT) return false
  const days = (time - Math.max(risenTime, collectedTime)) / DAY_MS
  if (days < DAYS_MIN) return false
  return days * describeFill(history, pool, time).ratePercent >= GROWTH_MIN_PERCENT
}
