import type { LocalHours } from './local-hours.ts'
import type { TrafficHour } from './traffic-history.ts'

/** Values by hour of a place's own clock, NaN where there is none; the first and the last are there, if any is. */
export interface HourlySeries {
  /** Local hours since 1970. */
  readonly firstHour: number
  readonly values: Float64Array
  readonly knownCount: number
}

/** An hour that the clock shows twice has the mean of both. */
export function createHourlySeries(
  hours: readonly TrafficHour[],
  field: 'count' | 'meanSpeedKph',
  localHours: LocalHours,
): HourlySeries {
  const known = hours.filter((hour) => !Number.isNaN(hour[field]))
  const first = known[0]
  const last = known.at(-1)
  if (!first || !last) return { firstHour: 0, values: new Float64Array(0), knownCount: 0 }
  const firstHour = localHours(first.hour)
  const values = new Float64Array(localHours(last.hour) - firstHour + 1).fill(Number.NaN)
  let knownCount = 0
  for (const hour of known) {
    const index = localHours(hour.hour) - firstHour
    const before = values[index] as number
    if (Number.isNaN(before)) knownCount += 1
    values[index] = Number.isNaN(before) ? hour[field] : (before + hour[field]) / 2
  }
  return { firstHour, values, knownCount }
}
