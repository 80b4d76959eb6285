import { createRandom } from '../../../model/random.ts'
import { createFillHistory, type FillHistory } from '../../../rounds/forecast/fill-history.ts'
import { createFillPool, type FillPool } from '../../../rounds/forecast/fill-pool.ts'
import { observeFill } from '../../../rounds/forecast/observe-fill.ts'

const DAY_MS = 86_400_000
const LEARNING_DAYS = 120

/** A bin that fills by about so much a day and was emptied when full, and stands at `level` today. */
export function watchBin({ rate, level }: { rate: number; level: number }): {
  history: FillHistory
  pool: FillPool
  now: number
} {
  const random = createRandom(5)
  const history = createFillHistory()
  const pool = createFillPool()
  let filled = 0
  for (let day = 0; day < LEARNING_DAYS; day++) {
    observeFill(history, pool, day * DAY_MS, Math.min(100, Math.floor(filled)))
    filled = filled >= 90 ? 0 : filled + 2 * rate * random()
  }
  const now = LEARNING_DAYS * DAY_MS
  observeFill(history, pool, now, 0)
  observeFill(history, pool, now + DAY_MS, level)
  return { history, pool, now: now + DAY_MS }
}
