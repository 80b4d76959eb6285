import type { Lorry } from '../../model/site.ts'
import type { VisitPrices } from './value-levels.ts'

/** A visit, before any round has shown what one costs: a lift, and so much of a way at the speed of a lorry in a town. */
const LIFT_SECONDS = 90
const DETOUR_KM = 1
const SPEED_KPH = 25
/** A lorry's day is shared by so many lifts, or by this part of a small town's bins. */
const LIFTS_A_DAY = 60
const LIFTED_RATIO = 0.25
/** A day of overflowing is as bad as so many visits, where the bin's settings do not say. */
const OVERFLOW_VISITS = 4

/** What a visit and a day of overflowing cost where nothing else says so, in the money of the lorries' prices. */
export function guessPrices(
  lorries: readonly Pick<Lorry, 'costPerKm' | 'costPerHour' | 'costPerDay'>[],
  binCount: number,
): VisitPrices {
  const mean = (price: 'costPerKm' | 'costPerHour' | 'costPerDay'): number =>
    lorries.reduce((sum, lorry) => sum + lorry[price], 0) / Math.max(1, lorries.length)
  const hours = LIFT_SECONDS / 3600 + DETOUR_KM / SPEED_KPH
  const liftsADay = Math.max(1, Math.min(LIFTS_A_DAY, binCount * LIFTED_RATIO))
  const visitCost =
    hours * mean('costPerHour') + DETOUR_KM * mean('costPerKm') + mean('costPerDay') / liftsADay
  // Where lorries cost nothing, any price tells bins apart.
  const usualCost = visitCost > 0 ? visitCost : 1
  return { visitCost: usualCost, overflowCostPerDay: OVERFLOW_VISITS * usualCost }
}
