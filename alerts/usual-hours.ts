import type { UsualHour } from './conditions/judge-counter.ts'

const HOURS_PER_WEEK = 168
const HOUR_MS = 3_600_000

/** What a counter had in an hour. */
export interface CountedHour {
  /** Whole hours since 1970. */
  readonly hour: number
  /** NaN where it was not counted. */
  readonly count: number
}

/**
 * What a counter usually has at an hour (its start in ms since 1970), by the hour of the week on the authority's own clock;
 * undefined where it was never seen. `offsetAt` is what that clock is ahead of UTC, in ms.
 */
export function createUsualHours(
  hours: readonly CountedHour[],
  offsetAt: (time: number) => number,
): (time: number) => UsualHour | undefined {
  const weeks = new Uint16Array(HOURS_PER_WEEK)
  const sums = new Float64Array(HOURS_PER_WEEK)
  const least = new Float64Array(HOURS_PER_WEEK).fill(Number.POSITIVE_INFINITY)
  const indexOf = (time: number): number => Math.floor((time + offsetAt(time)) / HOUR_MS) % HOURS_PER_WEEK
  for (const { hour, count } of hours) {
    if (Number.isNaN(count)) continue
    const index = indexOf(hour * HOUR_MS)
    weeks[index] = (weeks[index] ?? 0) + 1
    sums[index] = (sums[index] ?? 0) + count
    least[index] = Math.min(least[index] ?? count, count)
  }
  return (time) => {
    const index = indexOf(time)
    const seen = weeks[index] ?? 0
    if (seen === 0) return undefined
    return { weeks: seen, mean: (sums[index] ?? 0) / seen, least: least[index] ?? 0 }
  }
}
