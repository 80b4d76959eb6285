import { createVisitCosts, learnVisitCosts, usualVisitCost } from '../../../rounds/choose/visit-costs.ts'
import { type BinOutlook, foreseeBin, weighBin } from '../../../rounds/choose/weigh-bin.ts'
import { observeFill } from '../../../rounds/forecast/observe-fill.ts'
import { LIFT_COST, type Visit } from '../drive.ts'
import type { Policy } from '../simulate.ts'
import { type KnownTown, timeOf } from '../warm-up.ts'

/** What lies ahead of the bins is worked out anew after so many days. */
const OUTLOOK_DAYS = 10
const FIRST_GUESS = 3.5

export interface KerbsideStyle {
  readonly cadence: number
  /** By how much visits are taken to cost more than rounds have shown. */
  readonly visitCostRatio: number
  /** A bin below this is in no round: so early, what a lift now saves later is little, and unsure. */
  readonly leastPercent: number
}

/** As Kerbside itself chooses: bins with prizes by their forecasts, of which the solver takes those that pay. */
export function createKerbsideRounds(
  known: KnownTown,
  { cadence, visitCostRatio, leastPercent }: KerbsideStyle,
  overflowCostPerDay: number,
): Policy {
  const { histories, pool } = structuredClone({ histories: known.histories, pool: known.pool })
  const costs = createVisitCosts(known.town.binCount, FIRST_GUESS)
  let outlooks: BinOutlook[] = []
  let foreseenDay = Number.NEGATIVE_INFINITY
  return {
    visit: (day, shown) => {
      const now = timeOf(day)
      for (const [bin, history] of histories.entries()) observeFill(history, pool, now, shown[bin] as number)
      if (day % cadence !== 0) return []
      const times = { now, nextRoundTime: timeOf(day + cadence) }
      if (day >= foreseenDay + OUTLOOK_DAYS) {
        foreseenDay = day
        outlooks = histories.map((history, bin) => {
          const visitCost = visitCostRatio * usualVisitCost(costs, bin)
          return foreseeBin(history, pool, { ...times, prices: { visitCost, overflowCostPerDay } })
        })
      }
      return histories.flatMap((history, bin): Visit[] => {
        if ((shown[bin] as number) < leastPercent) return []
        const outlook = outlooks[bin] as BinOutlook
        const { prize } = weighBin(history, pool, { ...times, outlook, mustEmpty: false })
        return prize > LIFT_COST ? [{ bin, prize }] : []
      })
    },
    learn: ({ lifts, cost }) => learnVisitCosts(costs, cost, lifts),
  }
}
