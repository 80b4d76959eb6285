import type { Visit } from '../drive.ts'
import type { Policy } from '../simulate.ts'
import { type KnownTown, WARM_UP_DAYS } from '../warm-up.ts'

/** A bin's rounds are so many times as far apart as those of the busiest. */
const CLASSES = [1, 2, 3, 4, 5, 6, 8, 10]

/** What a visit is taken to cost where periods are chosen; only its ratio to overflow's price matters. */
const VISIT_COST = 3.5

export interface FixedStyle {
  /** Whether each day has its own sector of the town, or all bins of a class share their days. */
  readonly isZoned: boolean
}

/** Every bin every so many days. */
export function createFixedRounds({ town }: KnownTown, { isZoned }: FixedStyle, everyDays: number): Policy {
  const sectors = sectorsOf(town.places.slice(0, town.binCount))
  const periods = sectors.map(() => everyDays)
  return createCalendar(periods, { sectors, isZoned, cadence: 1 })
}

/**
 * Each bin as often as would have cost least over the past, on a lorry's days that are `cadence` apart: visits at a usual
 * cost, and days of overflow at a price. It knows what truly fell in, which a real plan does not.
 */
export function createClassedRounds(
  { town }: KnownTown,
  { isZoned, cadence }: FixedStyle & { readonly cadence: number },
  overflowCostPerDay: number,
): Policy {
  const sectors = sectorsOf(town.places.slice(0, town.binCount))
  const periods = town.growths.map((growths) => {
    const past = growths.subarray(0, WARM_UP_DAYS)
    const costs = CLASSES.map((times) => {
      const days = times * cadence
      return VISIT_COST / days + overflowCostPerDay * measureOverflow(past, days)
    })
    return cadence * (CLASSES[costs.indexOf(Math.min(...costs))] as number)
  })
  return createCalendar(periods, { sectors, isZoned, cadence })
}

/** The share of days that end with a full bin where it is emptied every so many days. */
function measureOverflow(growths: Float32Array, everyDays: number): number {
  let [level, overflows] = [0, 0]
  for (const [day, growth] of growths.entries()) {
    if (day % everyDays === 0) level = 0
    level += growth
    if (level >= 100) overflows++
  }
  return overflows / growths.length
}

function createCalendar(
  periods: readonly number[],
  {
    sectors,
    isZoned,
    cadence,
  }: { readonly sectors: readonly number[]; readonly isZoned: boolean; readonly cadence: number },
): Policy {
  const phases = periods.map((period, bin) =>
    isZoned ? cadence * Math.floor(((sectors[bin] as number) * period) / cadence) : 0,
  )
  return {
    visit: (day) => ({
      visits: periods.flatMap((period, bin): Visit[] =>
        day % period === (phases[bin] as number) % period ? [{ bin, prize: Number.POSITIVE_INFINITY }] : [],
      ),
    }),
  }
}

/** Where each place is on the way around the town's middle, from 0 to 1, equally many places in equal parts. */
function sectorsOf(places: readonly (readonly [number, number])[]): number[] {
  const middle = [0, 1].map(
    (axis) => places.reduce((sum, place) => sum + (place[axis] as number), 0) / places.length,
  ) as [number, number]
  const angles = places.map(([x, y]) => Math.atan2(y - middle[1], x - middle[0]))
  const order = angles.map((_, bin) => bin).sort((a, b) => (angles[a] as number) - (angles[b] as number))
  const sectors: number[] = []
  for (const [rank, bin] of order.entries()) sectors[bin] = rank / places.length
  return sectors
}
