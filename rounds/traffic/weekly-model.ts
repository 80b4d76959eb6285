import type { HourlySeries } from './hourly-series.ts'
import { hourOfWeek } from './local-hours.ts'
import { findSimilarDays } from './similar-days.ts'
import { measureLevel } from './traffic-level.ts'
import { createWeekProfile, PRIOR_WEIGHT, WEEK_HOURS, weightedMean } from './week-profile.ts'
import { type WeightedValue, weightedQuantile } from './weighted-quantile.ts'

/** What a week's value weighs of the next one's, once their levels are made alike. */
const KEPT_PER_WEEK = 0.8
/** Farther from the median than this ratio of it, a value is an outlier and not averaged. */
const OUTLIER_RATIO = 0.5
/** A count can be as small as nothing, so errors are those of the logarithm of one more. */
const ONE = 1
/** Before anything is known of a counter's errors, they are taken for this (of the logarithm), as so many hours would tell. */
const FIRST_ERROR = 0.35
const FIRST_ERROR_HOURS = 4

/** What the last hours deviate from what was expected, newest first: a jam or a match goes on for some hours. */
const RECENT_WEIGHTS = [1, 0.6, 0.3]
/** So much of it is expected of the next hour, and 1/e of that so many hours later. */
const RECENT_KEPT = 0.65
const RECENT_FADING_HOURS = 4
/** Vehicles or km/h: deviations of small numbers say little. */
const RECENT_DAMPING = 5

/** A series' usual week and present level. */
export interface WeeklyModel {
  /** Of an hour of the same clock as the series', after its last one. */
  expect(localHour: number): Expectation
}

export interface Expectation {
  readonly value: number
  /** The interval's ends, 80 % between them. */
  readonly low: number
  readonly high: number
}

/**
 * Learns from a series with at least one known hour. Each past value is brought to the level of today before it is
 * compared: so the shape of a day is learnt from many weeks, and a closed lane or a detour is followed within days.
 * `prior` is the week of similar counters, in the unit of the series.
 */
export function fitWeeklyModel(series: HourlySeries, prior: Float64Array | undefined): WeeklyModel {
  const { firstHour, values } = series
  const lastIndex = values.length - 1
  const profile = createWeekProfile(series, prior)
  const level = measureLevel(series, profile)
  const similarDays = findSimilarDays(profile)
  const errors = measureErrors()
  const recentDeviation = measureRecentDeviation()

  return {
    expect(localHour) {
      const base = expectAtLevelOne(localHour)
      const hoursAhead = Math.max(0, localHour - firstHour - lastIndex)
      const recent = RECENT_KEPT * recentDeviation * Math.exp((1 - hoursAhead) / RECENT_FADING_HOURS)
      const value = base * level.now * Math.exp(recent)
      const days = hoursAhead / 24
      const spread = Math.hypot(
        errors[hourOfWeek(localHour) % 24] as number,
        level.driftOver(Math.min(days, 14)),
      )
      return {
        value,
        low: Math.max(0, (value + ONE) * Math.exp(-spread) - ONE),
        high: (value + ONE) * Math.exp(spread) - ONE,
      }
    },
  }

  function expectAtLevelOne(localHour: number): number {
    const found: WeightedValue[] = []
    const slot = hourOfWeek(localHour)
    for (const { dayShift, weight } of similarDays[Math.floor(slot / 24)] ?? []) {
      const sameHour = localHour - firstHour + dayShift * 24
      // The newest week that is known, which for a day later in the week may be the one before.
      const weeksBack = Math.max(0, Math.ceil((sameHour - lastIndex) / WEEK_HOURS))
      for (let index = sameHour - weeksBack * WEEK_HOURS; index >= 0; index -= WEEK_HOURS) {
        const value = values[index] as number
        const levelThen = level.around(index)
        if (Number.isNaN(value) || levelThen <= 0) continue
        found.push({
          value: value / levelThen,
          weight: weight * KEPT_PER_WEEK ** ((lastIndex - index) / WEEK_HOURS),
        })
      }
    }
    if (prior) found.push({ value: prior[slot] as number, weight: PRIOR_WEIGHT })
    if (found.length === 0) return profile[slot] as number
    const median = weightedQuantile(found, 0.5)
    const near = found.filter(({ value }) => Math.abs(value - median) <= OUTLIER_RATIO * median + ONE)
    // The median withstands holidays, the mean of what is near it wastes less of what is known.
    return near.length > 0 ? (median + weightedMean(near)) / 2 : median
  }

  /** Of the logarithm. */
  function measureRecentDeviation(): number {
    let seen = RECENT_DAMPING
    let expected = RECENT_DAMPING
    for (const [age, weight] of RECENT_WEIGHTS.entries()) {
      const value = values[lastIndex - age]
      if (value === undefined || Number.isNaN(value)) continue
      seen += weight * value
      expected += weight * expectAtLevelOne(firstHour + lastIndex - age) * level.now
    }
    return Math.log(seen / expected)
  }

  /** By hour of the day, 0.8 quantile of the errors (of the logarithm), evened out with the hours beside it. */
  function measureErrors(): Float64Array {
    const byHour: number[][] = Array.from({ length: 24 }, () => [])
    for (const [index, value] of values.entries()) {
      if (Number.isNaN(value)) continue
      const slot = hourOfWeek(firstHour + index)
      const usual = (profile[slot] as number) * level.around(index)
      byHour[slot % 24]?.push(Math.abs(Math.log((value + ONE) / (usual + ONE))))
    }
    const quantiles = byHour.map((errors) => {
      // The first error counts as so many hours: it is all that there is at first, and nothing after some weeks.
      const known = Float64Array.from(errors).sort()
      const quantile = known[Math.floor(0.8 * known.length)] ?? 0
      return (quantile * known.length + FIRST_ERROR * FIRST_ERROR_HOURS) / (known.length + FIRST_ERROR_HOURS)
    })
    return Float64Array.from(
      quantiles,
      (quantile, hour) =>
        (quantile + (quantiles[(hour + 23) % 24] as number) + (quantiles[(hour + 1) % 24] as number)) / 3,
    )
  }
}
