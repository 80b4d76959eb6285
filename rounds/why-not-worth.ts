import { formatMoney } from './choose/explain-choice.ts'
import type { DueBin } from './choose-bins.ts'
import type { Detour } from './find-detour.ts'

/** Why the plan does not go to a bin that it might; undefined where its price is not the reason. */
export function whyNotWorth({ prize }: DueBin, detour: Detour | undefined): string | undefined {
  if (!detour || prize === Number.POSITIVE_INFINITY || detour.cost <= prize) return undefined
  return `would cost ${formatDetour(detour)}, more than the ${formatMoney(prize)} that a visit now saves`
}

/** Why the plan leaves a bin to a later round: what it costs there, and what it would cost on this one. */
export function whyLater(laterRound: string, later: Detour, now: Detour | undefined): string {
  const today = now ? `; on this round it would cost ${formatDetour(now)}` : ''
  return `left for ${laterRound}, where it costs ${formatDetour(later)}${today}`
}

function formatDetour({ distanceM, cost }: Detour): string {
  return `${formatKm(distanceM)}, ${formatMoney(cost)} with its time`
}

export function formatKm(metres: number): string {
  return `${(metres / 1000).toFixed(1)} km`
}
