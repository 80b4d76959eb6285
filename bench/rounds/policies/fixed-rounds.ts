import type { Visit } from '../drive.ts'
import type { Policy } from '../simulate.ts'
import { type KnownTown, WARM_UP_DAYS } from '../warm-up.ts'

/** A bin's rounds are so many times as far apart as those of the busiest. */
const CLASSES = [1, 2, 3, 4, 5, 6, 8, 10]

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

/** Each bin as often as keeps it at a mean level by its past rate, on a lorry's days that are `cadence` apart. */
export function createClassedRounds(
  { town }: KnownTown,
  { isZoned, cadence }: FixedStyle & { readonly cadence: number },
  levelPercent: number,
): Policy {
  const sectors = sectorsOf(town.places.slice(0, town.binCount))
  const periods = town.growths.map((growths) => {
    const rate = growths.slice(0, WARM_UP_DAYS).reduce((sum, growth) => sum + growth, 0) / WARM_UP_DAYS
    const most = levelPercent / rate
    return cadence * (CLASSES.findLast((times) => times * cadence <= most) ?? 1)
  })
  return createCalendar(periods, { sectors, isZoned, cadence })
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
    visit: (day) =>
      periods.flatMap((period, bin): Visit[] =>
        day % period === (phases[bin] as number) % period
          ? [{ bin, prize: Number.POSITIVE_INFINITY, isPressing: true }]
          : [],
      ),
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
