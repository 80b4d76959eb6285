import { formatMoney } from './choose/explain-choice.ts'
import type { DueBin } from './choose-bins.ts'
import type { Detour } from './find-detour.ts'

/** Why the plan does not go to a bin that it might; undefined where its price is not the reason. */
export function whyNotWorth({ prize }: DueBin, detour: Detour | undefined): string | undefined {
  if (!detour || prize === Number.POSITIVE_INFINITY || detour.cost <= prize) return undefined
  return `would cost ${formatDetour(detour)}, more than the ${formatMoney(prize)} that a visit now saves`
}

/** What becomes of a bin that a plan of the next rounds leaves to one of them. */
export function whyLater(laterRound: string, detour: Detour): string {
  return `left for ${laterRound}, where it costs ${formatDetour(detour)}`
}

function formatDetour({ distanceM, cost }: Detour): string {
  return `${formatKm(distanceM)}, ${formatMoney(cost)} with its time`
}

export function formatKm(metres: number): string {
  // Not "-0.0".
  return `${(Math.round(metres / 100) / 10 || 0).toFixed(1)} km`
}
