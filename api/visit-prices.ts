import type { Round } from '../model/round.ts'
import type { Registry } from '../registry/registry.ts'
import { guessPrices } from '../rounds/choose/guess-prices.ts'
import type { VisitPrices } from '../rounds/choose/value-levels.ts'
import { createVisitCosts, learnVisitCosts, usualVisitCost } from '../rounds/choose/visit-costs.ts'
import type { RoundInput } from '../rounds/round-input.ts'

/** Rounds that are looked back on: what visits cost changes with the town, slowly. */
const ROUNDS_MAX = 20
/** A round is large. */
const PAGE = 5

/**
 * What a visit to each bin usually costs, as the authority's latest rounds show it and else as its lorries' prices suggest,
 * and what a day of its overflowing costs.
 */
export async function readVisitPrices(
  registry: Pick<Registry, 'listRounds'>,
  authority: string,
  { bins, lorries }: Pick<RoundInput, 'bins' | 'lorries'>,
): Promise<VisitPrices[]> {
  const guess = guessPrices(lorries, bins.length)
  const costs = createVisitCosts(bins.length, guess.visitCost)
  const indexOf = new Map(bins.map(({ id }, index) => [id, index]))
  for (const round of (await listLatestDone(registry, authority)).toReversed()) {
    const lifts = round.lorries.flatMap(({ stops }) =>
      stops.flatMap(({ deviceId, detourCost }) => {
        const bin = deviceId === null ? undefined : indexOf.get(deviceId)
        return bin === undefined || typeof detourCost !== 'number' ? [] : [{ bin, detourCost }]
      }),
    )
    learnVisitCosts(costs, round.cost, lifts)
  }
  return bins.map(({ overflowCostPerDay }, index) => ({
    visitCost: usualVisitCost(costs, index),
    overflowCostPerDay: overflowCostPerDay ?? guess.overflowCostPerDay,
  }))
}

/** Newest first; of a day that was planned more than once, the latest plan. */
async function listLatestDone(registry: Pick<Registry, 'listRounds'>, authority: string): Promise<Round[]> {
  const byDate = new Map<string, Round>()
  let after: string | undefined
  for (let seen = 0; seen < ROUNDS_MAX; seen += PAGE) {
    const page = await registry.listRounds(authority, { limit: PAGE, ...(after !== undefined && { after }) })
    for (const round of page.items) {
      const { date } = round.request
      if (round.status === 'done' && !byDate.has(date)) byDate.set(date, round)
    }
    if (page.next === null) break
    after = page.next
  }
  return [...byDate.values()]
}
