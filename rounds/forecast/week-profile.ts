export const HOURS_A_WEEK = 168
const HOUR_MS = 3_600_000
const WEEK_MS = HOURS_A_WEEK * HOUR_MS
/** 1970 began on a Thursday; weeks here begin on the Monday before, at midnight UTC. */
const WEEK_OFFSET_MS = 72 * HOUR_MS
/** So many weeks of the pool's profile weigh as much as one of the bin's own. */
const PRIOR_WEEKS = 12
/** So many weeks of a flat profile weigh as much as one of the pool's. */
const PRIOR_WEEKS_OF_POOL = 12

/** Growth and hours by hour of the week, in any unit that all hours share. */
export interface WeekSums {
  readonly weekGrowth: Float32Array | Float64Array
  readonly weekHours: Float32Array | Float64Array
}

/**
 * Growth accumulated over a week, hour by hour from Monday midnight UTC, as a multiple of an average hour's: the bin's own
 * rhythm, shrunk towards that of the pool, and that towards a flat one. `weight` is what one fresh hour of the bin's own
 * sums weighs, `poolWeight` one of the pool's.
 */
export function accumulateWeek(
  own: WeekSums,
  weight: number,
  pool: WeekSums,
  poolWeight: number,
): Float64Array {
  const poolFactors = new Float64Array(HOURS_A_WEEK).fill(1)
  shrink(poolFactors, pool, poolWeight * PRIOR_WEEKS_OF_POOL)
  shrink(poolFactors, own, weight * PRIOR_WEEKS)
  const accumulated = new Float64Array(HOURS_A_WEEK + 1)
  let total = 0
  for (let hour = 0; hour < HOURS_A_WEEK; hour++) {
    total += poolFactors[hour] as number
    accumulated[hour + 1] = total
  }
  const scale = HOURS_A_WEEK / total
  for (let hour = 1; hour <= HOURS_A_WEEK; hour++) accumulated[hour] = (accumulated[hour] as number) * scale
  return accumulated
}

/** Turns factors into those that the sums show, where they show much. */
function shrink(factors: Float64Array, { weekGrowth, weekHours }: WeekSums, priorHours: number): void {
  let growth = 0
  let hours = 0
  for (let hour = 0; hour < HOURS_A_WEEK; hour++) {
    growth += weekGrowth[hour] as number
    hours += weekHours[hour] as number
  }
  if (growth <= 0 || hours <= 0) return
  const rate = growth / hours
  for (let hour = 0; hour < HOURS_A_WEEK; hour++) {
    const seen = Math.max(0, (weekGrowth[hour] as number) / rate)
    factors[hour] =
      (seen + priorHours * (factors[hour] as number)) / ((weekHours[hour] as number) + priorHours)
  }
}

/** How many average days of growth lie between two times, both in ms since 1970. */
export function measureGrowthDays(accumulated: Float64Array, from: number, to: number): number {
  return (hoursUntil(accumulated, to) - hoursUntil(accumulated, from)) / 24
}

function hoursUntil(accumulated: Float64Array, time: number): number {
  const weeks = Math.floor((time + WEEK_OFFSET_MS) / WEEK_MS)
  const hours = (time + WEEK_OFFSET_MS - weeks * WEEK_MS) / HOUR_MS
  const hour = Math.floor(hours)
  const before = accumulated[hour] as number
  return (
    weeks * HOURS_A_WEEK +
    before +
    (hours - hour) * ((accumulated[Math.min(hour + 1, HOURS_A_WEEK)] as number) - before)
  )
}

/** Adds growth that was seen between two times, evenly, to the hours between them. */
export function addToWeek(
  { weekGrowth, weekHours }: WeekSums,
  { from, to, growth, weight }: { from: number; to: number; growth: number; weight: number },
): void {
  const rate = growth / ((to - from) / HOUR_MS)
  for (let start = from; start < to; ) {
    const end = Math.min(to, (Math.floor(start / HOUR_MS) + 1) * HOUR_MS)
    const hours = ((end - start) / HOUR_MS) * weight
    const hour = Math.floor((start + WEEK_OFFSET_MS) / HOUR_MS) % HOURS_A_WEEK
    weekGrowth[hour] = (weekGrowth[hour] as number) + rate * hours
    weekHours[hour] = (weekHours[hour] as number) + hours
    start = end
  }
}
