import type { FillForecast } from '../forecast/fill-forecast.ts'
import type { FillHistory } from '../forecast/fill-history.ts'
import type { FillPool } from '../forecast/fill-pool.ts'
import { expectValue } from './value-levels.ts'
import { type BinOutlook, forecastDays, type RoundTimes } from './weigh-bin.ts'

/**
 * What a bin costs, besides the way to it, by the round that empties it, above the round at which that is least. In the
 * money of the prices.
 */
export interface RoundCosts {
  /** From this round on. */
  readonly byRound: readonly number[]
  /** Where none of them empties it; below 0 where the bin is better left by all. */
  readonly left: number
}

/**
 * Weighs this round and the next ones against each other, all as far apart. Until a round empties the bin, the days on which
 * it is expected to stand full are paid for; each round that passes before saves what a bin costs on average from one to the next,
 * for that is put off. A bin that none of them empties is left at the level that it has then, with what that is worth.
 */
export function weighRounds(
  history: FillHistory,
  pool: FillPool,
  {
    outlook,
    roundCount,
    ...times
  }: RoundTimes & { readonly outlook: BinOutlook; readonly roundCount: number },
): RoundCosts {
  const forecasts = forecastDays(history, pool, times, roundCount)
  return sumRounds(forecasts, outlook, roundCount)
}

/** Equally many of the forecasts, one for each day's end, are before each of the rounds. */
function sumRounds(
  forecasts: readonly FillForecast[],
  { prices, values, emptiedCost }: BinOutlook,
  roundCount: number,
): RoundCosts {
  const daysApart = forecasts.length / roundCount
  const waitUntil = (round: number): number =>
    forecasts
      .slice(0, round * daysApart)
      .reduce((sum, { chanceOfOverflow }) => sum + prices.overflowCostPerDay * chanceOfOverflow, 0) -
    round * emptiedCost
  const costs = Array.from({ length: roundCount }, (_, round) => waitUntil(round))
  const least = Math.min(...costs)
  return {
    byRound: costs.map((cost) => cost - least),
    left: waitUntil(roundCount) + expectValue(values, forecasts.at(-1) as FillForecast) - least,
  }
}
