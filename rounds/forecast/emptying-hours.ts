import { weightAt } from './describe-fill.ts'
import type { FillHistory } from './fill-history.ts'

const HOUR_MS = 3_600_000
const HOURS_A_DAY = 24
/** Between readings that are further apart it is not known when the bin was emptied. */
const LONGEST_STEP_MS = 12 * HOUR_MS
/** Fewer collections show no habit. */
const COLLECTIONS_MIN = 2
/** Of the collections, so many have come in an hour in which somebody usually may come. */
const SHARE_MIN = 0.05

/** Notes a collection between two readings, times in ms since 1970, in every hour of the day (UTC) that it may have been in. */
export function noteEmptying(
  { emptiedHours }: FillHistory,
  { from, to }: { readonly from: number; readonly to: number },
  weight: number,
): void {
  if (to - from > LONGEST_STEP_MS) return
  for (let hour = Math.floor(from / HOUR_MS); hour <= Math.floor(to / HOUR_MS); hour++) {
    const ofDay = hour % HOURS_A_DAY
    emptiedHours[ofDay] = (emptiedHours[ofDay] as number) + weight
  }
}

/**
 * When somebody usually may come to empty the bin next, from `now` on, in ms since 1970: the start of an hour of the day in which it
 * has been emptied before, whatever the weekday, or `now` within one. Undefined where no hours are known.
 */
export function findUsualEmptying(history: FillHistory, now: number): number | undefined {
  const { collections, emptiedHours, originTime, time } = history
  if (time === null || collections < COLLECTIONS_MIN * weightAt(time, originTime)) return undefined
  const start = Math.floor(now / HOUR_MS)
  for (let hour = start; hour < start + HOURS_A_DAY; hour++) {
    const share = (emptiedHours[hour % HOURS_A_DAY] as number) / collections
    if (share >= SHARE_MIN) return Math.max(now, hour * HOUR_MS)
  }
  return undefined
}
