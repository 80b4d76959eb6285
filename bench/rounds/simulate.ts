import { type DayDriven, type DayOrder, drive } from './drive.ts'
import type { Town } from './town.ts'

/** Each policy drives so many days before it is measured, so that what it leaves behind is paid for by itself. */
export const SETTLING_DAYS = 21

/** Decides each morning which bins may be emptied, from what the sensors showed. */
export interface Policy {
  readonly visit: (day: number, shown: ArrayLike<number>) => DayOrder
  /** Told what was driven, if it wants to know. */
  readonly learn?: ((driven: DayDriven) => void) | undefined
}

/** What a policy did and let happen. */
export interface Outcome {
  readonly km: number
  readonly lifts: number
  readonly crewHours: number
  /** Days that bins ended full, of all days of all bins. */
  readonly overflowPercent: number
}

/**
 * Drives by a policy from one day to another. Every morning, before the lorries leave, each sensor shows its bin's level in
 * whole percents, at most 100; what falls in over the day falls in after the lorry was there.
 */
export function simulate(
  town: Town,
  policy: Policy,
  { from, to, start }: { readonly from: number; readonly to: number; readonly start: ArrayLike<number> },
): Outcome {
  const levels = Float64Array.from(start)
  const shown = new Float64Array(town.binCount)
  let [km, lifts, crewHours, overflows] = [0, 0, 0, 0]
  for (let day = from - SETTLING_DAYS; day < to; day++) {
    show(levels, shown)
    const order = policy.visit(day, shown)
    const driven = drive(town, order, { levels, seed: town.seed * 1_000 + day })
    policy.learn?.(driven)
    for (const { bin } of driven.lifts) levels[bin] = 0
    const overflowing = fill(town, day, levels)
    if (day < from) continue
    km += driven.km
    lifts += driven.lifts.length
    crewHours += driven.crewHours
    overflows += overflowing
  }
  return { km, lifts, crewHours, overflowPercent: (100 * overflows) / ((to - from) * town.binCount) }
}

export function show(levels: ArrayLike<number>, shown: Float64Array): void {
  for (let bin = 0; bin < shown.length; bin++) shown[bin] = Math.min(100, Math.floor(levels[bin] as number))
}

/** How many bins are full after what falls in on a day. */
export function fill(town: Town, day: number, levels: Float64Array): number {
  let overflowing = 0
  for (const [bin, growths] of town.growths.entries()) {
    const level = (levels[bin] as number) + (growths[day] as number)
    levels[bin] = level
    if (level >= 100) overflowing++
  }
  return overflowing
}
