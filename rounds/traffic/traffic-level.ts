import type { HourlySeries } from './hourly-series.ts'
import { hourOfWeek } from './local-hours.ts'
import { weightedQuantile } from './weighted-quantile.ts'

/** A day's weight halves with each two days of age. */
const HALF_LIFE_DAYS = 2
const DAYS_MAX = 14
/** Levels of the past are those of a week around the day. */
const HALF_WINDOW_HOURS = 84
/** A smaller deviation (of the logarithm) is mostly noise and is mostly ignored, a larger one is a change and followed. */
const NOISE = 0.07

/** How high a counter's values are, of its week's profile: 1 is as usual. */
export interface TrafficLevel {
  /** In the last days: a median of days, so that one holiday does not pull it down. */
  readonly now: number
  /** In the week around the day to which the series' value of this index belongs. */
  around(index: number): number
  /** 0.8 quantile of how far the logarithm of the level moved within so many days. */
  driftOver(days: number): number
}

export function measureLevel({ firstHour, values }: HourlySeries, profile: Float64Array): TrafficLevel {
  const count = values.length
  // Sums up to each hour, so that any span's are a difference of two.
  const seen = new Float64Array(count + 1)
  const usual = new Float64Array(count + 1)
  for (let index = 0; index < count; index++) {
    const value = values[index] as number
    const isKnown = !Number.isNaN(value)
    seen[index + 1] = (seen[index] as number) + (isKnown ? value : 0)
    usual[index + 1] = (usual[index] as number) + (isKnown ? usualAt(index) : 0)
  }
  // Spans in which little is known stay near 1.
  const damping = profile.reduce((sum, value) => sum + value, 0) / profile.length / 20
  const dayCount = Math.ceil(count / 24)
  const levels = Float64Array.from({ length: dayCount }, (_, day) =>
    shrink(
      ratioOf(
        Math.max(0, day * 24 + 12 - HALF_WINDOW_HOURS),
        Math.min(count, day * 24 + 13 + HALF_WINDOW_HOURS),
      ),
    ),
  )

  return {
    now: shrink(levelNow()),
    around: (index) => levels[Math.floor(index / 24)] as number,
    driftOver,
  }

  function usualAt(index: number): number {
    return profile[hourOfWeek(firstHour + index)] as number
  }

  function ratioOf(from: number, to: number): number {
    const sum = (seen[to] as number) - (seen[from] as number)
    const usualSum = (usual[to] as number) - (usual[from] as number)
    return usualSum + damping > 0 ? (sum + damping) / (usualSum + damping) : 1
  }

  function levelNow(): number {
    const days = []
    for (let age = 0; age < DAYS_MAX; age++) {
      const to = count - age * 24
      if (to <= 0) break
      const from = Math.max(0, to - 24)
      const weight = 0.5 ** (age / HALF_LIFE_DAYS) * ((usual[to] as number) - (usual[from] as number))
      if (weight > 0) days.push({ value: ratioOf(from, to), weight })
    }
    return days.length > 0 ? weightedQuantile(days, 0.5) : 1
  }

  function driftOver(days: number): number {
    const moves: number[] = []
    // Levels of days that are half a window apart share their hours.
    const lag = Math.max(1, Math.round(days)) + Math.round(HALF_WINDOW_HOURS / 24)
    for (let day = lag; day < dayCount; day++) {
      const move = Math.abs(Math.log((levels[day] as number) / (levels[day - lag] as number)))
      if (Number.isFinite(move)) moves.push(move)
    }
    return Float64Array.from(moves).sort()[Math.floor(0.8 * moves.length)] ?? NOISE
  }
}

/** Follows the whole of a large deviation, and little of a small one. */
function shrink(level: number): number {
  if (level <= 0) return level
  const deviation = Math.log(level)
  return Math.exp(deviation ** 3 / (deviation ** 2 + NOISE ** 2))
}
