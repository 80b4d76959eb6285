import { createFillHistory, type FillHistory } from '../../rounds/forecast/fill-history.ts'
import { createFillPool, type FillPool } from '../../rounds/forecast/fill-pool.ts'
import { observeFill } from '../../rounds/forecast/observe-fill.ts'
import { fill, show } from './simulate.ts'
import type { Town } from './town.ts'

const DAY_MS = 86_400_000
/** When sensors show their levels, in ms of the day. */
const SHOWN_MS = 5 * 3_600_000
/** Until the town's policies are tried, bins are emptied from here on. */
const USUAL_PERCENT = 70
/** A day's growth weighs half as much after so many days as that of today, where a rate is measured plainly. */
export const WARM_UP_DAYS = 180

/** What is known of a town before its policies are tried: the same for each of them. */
export interface KnownTown {
  readonly town: Town
  /** What bins hold then, in percent. */
  readonly start: Float64Array
  readonly histories: readonly FillHistory[]
  readonly pool: FillPool
}

export function timeOf(day: number): number {
  return day * DAY_MS + SHOWN_MS
}

/** The first days of a town, in which bins are emptied at a level as they come, and sensors learn. */
export function warmUp(town: Town): KnownTown {
  const levels = new Float64Array(town.binCount)
  const shown = new Float64Array(town.binCount)
  const pool = createFillPool(['unemptied'])
  const histories = Array.from(levels, () => createFillHistory())
  for (let day = 0; day < WARM_UP_DAYS; day++) {
    show(levels, shown)
    for (const [bin, history] of histories.entries()) {
      const level = shown[bin] as number
      observeFill(history, pool, timeOf(day), level)
      if (level >= USUAL_PERCENT) levels[bin] = 0
    }
    fill(town, day, levels)
  }
  return { town, start: levels, histories, pool }
}
