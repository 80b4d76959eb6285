import type { LocalTime } from '../../device-sim/behaviour/local-time.ts'
import type { Bin } from '../../device-sim/town/town.ts'

/** When the crews go out, by the town's own clock. */
const SHIFT_HOURS = [6, 14]
const EMPTIED_FROM_PERCENT = 60
const FULL_PERCENT = 90
/** The longer of the times between two shifts takes some six tenths of a busy day's waste, half as much again as a usual day's. */
const BUSY_SHIFT_DAYS = 0.6 * 1.5

/**
 * Crews who keep up: twice a day they empty each bin that is 60 % full, or that a busy day would fill before they are there again.
 */
export function keepUp({ fillPercentPerWeek }: Bin, { hour }: LocalTime, levelPercent: number): boolean {
  if (!SHIFT_HOURS.includes(hour)) return false
  const growthPercent = (fillPercentPerWeek / 7) * BUSY_SHIFT_DAYS
  return levelPercent >= Math.min(EMPTIED_FROM_PERCENT, FULL_PERCENT - growthPercent)
}
