import { formatMoney } from './choose/explain-choice.ts'
import type { DueBin } from './choose-bins.ts'
import type { Detour } from './find-detour.ts'

/** Why the plan does not go to a bin that it might; undefined where its price is not the reason. */
export function whyNotWorth({ prize }: DueBin, detour: Detour | undefined): string | undefined {
  if (!detour || prize === Number.POSITIVE_INFINITY || detour.cost <= prize) return undefined
  const cost = `${formatKm(detour.distanceM)}, ${formatMoney(detour.cost)} with its time`
  return `would cost ${cost}, more than the ${formatMoney(prize)} that a visit now saves`
}

export function formatKm(metres: number): string {
  return `${(metres / 1000).toFixed(1)} km`
}
