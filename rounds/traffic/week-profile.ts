import type { HourlySeries } from './hourly-series.ts'
import { hourOfWeek } from './local-hours.ts'
import { type WeightedValue, weightedQuantile } from './weighted-quantile.ts'

export const WEEK_HOURS = 168
/** What a week's value weighs of the next one's. */
const KEPT_PER_WEEK = 0.95
/** What other counters weigh, where a counter's own week weighs 1. */
export const PRIOR_WEIGHT = 0.5

/**
 * What a counter usually has by hour of the week: the median of its weeks, so that a holiday or a closed street does not
 * show. An hour that was never seen has the prior's, or the mean of the same hour on other days, or the mean of all.
 */
export function createWeekProfile(
  { firstHour, values }: HourlySeries,
  prior: Float64Array | undefined,
): Float64Array {
  const seen: WeightedValue[][] = Array.from({ length: WEEK_HOURS }, () => [])
  const last = values.length - 1
  for (const [index, value] of values.entries()) {
    if (Number.isNaN(value)) continue
    const weight = KEPT_PER_WEEK ** ((last - index) / WEEK_HOURS)
    seen[hourOfWeek(firstHour + index)]?.push({ value, weight })
  }
  const profile = Float64Array.from(seen, (slot, hour) => {
    if (prior) slot.push({ value: prior[hour] as number, weight: PRIOR_WEIGHT })
    // Of two or three values a median is one of them, which would give the prior no say.
    return slot.length < 4 ? weightedMean(slot) : weightedQuantile(slot, 0.5)
  })
  return fillGaps(profile)
}

/** NaN of none. */
export function weightedMean(values: readonly WeightedValue[]): number {
  let sum = 0
  let total = 0
  for (const { value, weight } of values) {
    sum += value * weight
    total += weight
  }
  return sum / total
}

function fillGaps(profile: Float64Array): Float64Array {
  const meanOf = (values: Float64Array): number => {
    const known = values.filter((value) => !Number.isNaN(value))
    return known.reduce((sum, value) => sum + value, 0) / known.length
  }
  const meanOfAll = meanOf(profile)
  const meansOfHour = Array.from({ length: 24 }, (_, hour) =>
    meanOf(profile.filter((_, slot) => slot % 24 === hour)),
  )
  return profile.map((value, slot) => {
    if (!Number.isNaN(value)) return value
    const meanOfHour = meansOfHour[slot % 24] as number
    return Number.isNaN(meanOfHour) ? meanOfAll : meanOfHour
  })
}
