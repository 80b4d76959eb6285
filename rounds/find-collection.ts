import type { ReportReading } from '../model/citizen-report.ts'
import { createFillHistory } from './forecast/fill-history.ts'
import { createFillPool } from './forecast/fill-pool.ts'
import { observeFill } from './forecast/observe-fill.ts'

/**
 * The first time after another at which a bin's readings, oldest first, show that it was emptied: that of the reading behind the
 * fall, in ms since 1970. Undefined where they show none. What a collection is, is what forecasts learn it to be: a fall
 * that is large and, within three hours, confirmed by another reading.
 */
export function findCollection(readings: readonly ReportReading[], after: number): number | undefined {
  const history = createFillHistory()
  const pool = createFillPool()
  for (const { time, fillPercent } of readings) {
    observeFill(history, pool, time, fillPercent)
    // It begins with the first reading, before which nothing is known.
    if (history.collectedTime > after && history.collectedTime !== history.originTime) {
      return history.collectedTime
    }
  }
  return undefined
}
