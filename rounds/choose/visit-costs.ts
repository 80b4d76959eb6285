/** What visits usually cost, as driven rounds have shown it: plain data. Costs are in the money of the lorries' prices. */
export interface VisitCosts {
  /** Sums over rounds, the recent ones weighing more: of all costs, and of lifts. */
  roundCost: number
  lifts: number
  /** By bin: what the rounds would have saved without its lift. */
  readonly detourCosts: Float64Array
  /** The same of all lifts together, summed as their rounds' costs are. */
  detourSum: number
  /** Of the latest rounds, the oldest first: by bin, what its lift cost, or would have, given the rounds that were driven. */
  readonly offers: ArrayLike<number>[]
}

/** How much of the past counts after each round, and after each lift of a bin. */
const ROUND_MEMORY = 0.95
const DETOUR_MEMORY = 0.85
/** A bin's usual cost is so far its own, and else its share of whole rounds. */
const OWN_RATIO = 0.4
/** The first guess counts as so many lifts. */
const GUESS_LIFTS = 20
/** Of so many rounds it is remembered what each lift would have cost; fewer than the least say too little. */
const OFFERS_MAX = 14
const OFFERS_MIN = 10
/**
 * Lifts that are cheap on the way are so because others pay for the way: so much of what a round costs beyond its lifts'
 * own detours is shared among them. Of the parts tried on a simulated town, the one with the fewest kilometres.
 */
const SHARED_RATIO = 0.5

/** Before any round: every visit is taken to cost `guess`. */
export function createVisitCosts(binCount: number, guess: number): VisitCosts {
  return {
    roundCost: guess * GUESS_LIFTS,
    lifts: GUESS_LIFTS,
    detourCosts: new Float64Array(binCount).fill(guess),
    detourSum: guess * GUESS_LIFTS,
    offers: [],
  }
}

/**
 * Takes in a day's rounds: what they cost, each of their lifts and, where it is known, what the lift of every bin cost or
 * would have cost on the way.
 */
export function learnVisitCosts(
  costs: VisitCosts,
  cost: number,
  lifts: readonly { readonly bin: number; readonly detourCost: number }[],
  offers?: ArrayLike<number>,
): void {
  if (offers) {
    costs.offers.push(offers)
    if (costs.offers.length > OFFERS_MAX) costs.offers.shift()
  }
  if (lifts.length === 0) return
  costs.roundCost = costs.roundCost * ROUND_MEMORY + cost
  costs.lifts = costs.lifts * ROUND_MEMORY + lifts.length
  costs.detourSum =
    costs.detourSum * ROUND_MEMORY + lifts.reduce((sum, { detourCost }) => sum + detourCost, 0)
  for (const { bin, detourCost } of lifts) {
    costs.detourCosts[bin] =
      (costs.detourCosts[bin] as number) * DETOUR_MEMORY + detourCost * (1 - DETOUR_MEMORY)
  }
}

/** What a visit to a bin usually costs: partly its own detours, partly a lift's share of whole rounds. */
export function usualVisitCost({ roundCost, lifts, detourCosts }: VisitCosts, bin: number): number {
  return (1 - OWN_RATIO) * (roundCost / lifts) + OWN_RATIO * (detourCosts[bin] as number)
}

/** What visits to a bin would have cost on the latest rounds, each as likely again; undefined before enough of them. */
export function listVisitCosts(
  { roundCost, lifts, detourSum, offers }: VisitCosts,
  bin: number,
): number[] | undefined {
  if (offers.length < OFFERS_MIN) return
  const shared = SHARED_RATIO * Math.max(0, (roundCost - detourSum) / lifts)
  return offers.map((costs) => (costs[bin] as number) + shared)
}
