/** What visits usually cost, as driven rounds have shown it: plain data. Costs are in the money of the lorries' prices. */
export interface VisitCosts {
  /** Sums over rounds, the recent ones weighing more: of all costs, and of lifts. */
  roundCost: number
  lifts: number
  /** By bin: what the rounds would have saved without its lift. */
  readonly detourCosts: Float64Array
}

/** How much of the past counts after each round, and after each lift of a bin. */
const ROUND_MEMORY = 0.95
const DETOUR_MEMORY = 0.85
/** A bin's usual cost is so far its own, and else its share of whole rounds. */
const OWN_RATIO = 0.4
/** The first guess counts as so many lifts. */
const GUESS_LIFTS = 20

/** Before any round: every visit is taken to cost `guess`. */
export function createVisitCosts(binCount: number, guess: number): VisitCosts {
  return {
    roundCost: guess * GUESS_LIFTS,
    lifts: GUESS_LIFTS,
    detourCosts: new Float64Array(binCount).fill(guess),
  }
}

/** Takes in a day's rounds: what they cost, and each of their lifts. */
export function learnVisitCosts(
  costs: VisitCosts,
  cost: number,
  lifts: readonly { readonly bin: number; readonly detourCost: number }[],
): void {
  if (lifts.length === 0) return
  costs.roundCost = costs.roundCost * ROUND_MEMORY + cost
  costs.lifts = costs.lifts * ROUND_MEMORY + lifts.length
  for (const { bin, detourCost } of lifts) {
    costs.detourCosts[bin] =
      (costs.detourCosts[bin] as number) * DETOUR_MEMORY + detourCost * (1 - DETOUR_MEMORY)
  }
}

/** What a visit to a bin usually costs: partly its own detours, partly a lift's share of whole rounds. */
export function usualVisitCost({ roundCost, lifts, detourCosts }: VisitCosts, bin: number): number {
  return (1 - OWN_RATIO) * (roundCost / lifts) + OWN_RATIO * (detourCosts[bin] as number)
}
