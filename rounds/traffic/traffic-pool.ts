import { createHourlySeries, type HourlySeries } from './hourly-series.ts'
import { hourOfWeek, localHoursOf } from './local-hours.ts'
import { listTrafficHours, type TrafficHistory } from './traffic-history.ts'
import { createWeekProfile, WEEK_HOURS } from './week-profile.ts'
import { type WeightedValue, weightedQuantile } from './weighted-quantile.ts'

/** Two weeks, with gaps: a counter that is known for less does not speak for others. */
const MEMBER_HOURS_MIN = 300
/** Beyond four weeks a counter knows itself well enough. */
const PRIOR_HOURS_MAX = 4 * WEEK_HOURS
/** Keeps the weight of a counter that is exactly alike within bounds. */
const DIFFERENCE_MIN = 0.05

/** The usual weeks of counters that are known for long, for those that are not: plain data. */
export interface TrafficPool {
  /** By counter and hour of the week. */
  readonly counts: readonly Float64Array[]
  readonly speedsKph: readonly Float64Array[]
}

/** From what had been measured before `now`, in ms since 1970. */
export function createTrafficPool(
  histories: Iterable<TrafficHistory>,
  { now, timeZone }: { readonly now: number; readonly timeZone: string },
): TrafficPool {
  const counts: Float64Array[] = []
  const speedsKph: Float64Array[] = []
  for (const history of histories) {
    const hours = listTrafficHours(history, now)
    const flow = createHourlySeries(hours, 'count', localHoursOf(timeZone))
    if (flow.knownCount >= MEMBER_HOURS_MIN) counts.push(createWeekProfile(flow, undefined))
    const speed = createHourlySeries(hours, 'meanSpeedKph', localHoursOf(timeZone))
    if (speed.knownCount >= MEMBER_HOURS_MIN) speedsKph.push(createWeekProfile(speed, undefined))
  }
  return { counts, speedsKph }
}

/** Whether a counter's history, as it was known at `now` (ms since 1970), is so short that others have a say. */
export function needsPool(history: TrafficHistory, now: number): boolean {
  return listTrafficHours(history, now).length < PRIOR_HOURS_MAX
}

/**
 * The week that a counter of a short history is expected to have: the members' weeks, each scaled to what the counter
 * counted, and weighted by how well it then fits. Undefined where the counter knows itself, or nobody else does.
 */
export function findPrior(members: readonly Float64Array[], series: HourlySeries): Float64Array | undefined {
  if (members.length === 0 || series.knownCount === 0 || series.knownCount >= PRIOR_HOURS_MAX)
    return undefined
  const fitted = members.map((member) => fitMember(member, series)).filter((fit) => fit.weight > 0)
  if (fitted.length === 0) return undefined
  let total = 0
  const prior = new Float64Array(WEEK_HOURS)
  for (const { member, scale, weight } of fitted) {
    total += weight
    for (let slot = 0; slot < WEEK_HOURS; slot++) {
      prior[slot] = (prior[slot] as number) + weight * scale * (member[slot] as number)
    }
  }
  return prior.map((value) => value / total)
}

/** What a counter of which nothing is known yet may have in an hour of the week: the members' 10 %, 50 % and 90 % quantiles. */
export function expectOfStranger(
  members: readonly Float64Array[],
  slot: number,
): { value: number; low: number; high: number } | undefined {
  if (members.length === 0) return undefined
  const values: WeightedValue[] = members.map((member) => ({ value: member[slot] as number, weight: 1 }))
  return {
    value: weightedQuantile(values, 0.5),
    low: weightedQuantile(values, 0.1),
    high: weightedQuantile(values, 0.9),
  }
}

function fitMember(
  member: Float64Array,
  { firstHour, values }: HourlySeries,
): { member: Float64Array; scale: number; weight: number } {
  let own = 0
  let its = 0
  for (const [index, value] of values.entries()) {
    if (Number.isNaN(value)) continue
    own += value
    its += member[hourOfWeek(firstHour + index)] as number
  }
  const scale = its > 0 ? own / its : 0
  let apart = 0
  for (const [index, value] of values.entries()) {
    if (!Number.isNaN(value)) {
      apart += Math.abs(value - scale * (member[hourOfWeek(firstHour + index)] as number))
    }
  }
  const difference = own > 0 ? apart / own : 1
  return { member, scale, weight: scale > 0 ? 1 / Math.max(DIFFERENCE_MIN, difference) ** 2 : 0 }
}
