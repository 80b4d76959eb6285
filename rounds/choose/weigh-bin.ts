import type { FillForecast } from '../forecast/fill-forecast.ts'
import type { FillHistory } from '../forecast/fill-history.ts'
import type { FillPool } from '../forecast/fill-pool.ts'
import { forecastFill } from '../forecast/forecast-fill.ts'
import { expectValue, type LevelValues, type VisitPrices, valueLevels } from './value-levels.ts'

const DAY_MS = 86_400_000

/** When it is asked, and when the next round could come instead, in ms since 1970. */
export interface RoundTimes {
  readonly now: number
  readonly nextRoundTime: number
}

/** What is worked out for a bin once a week or so, as it changes slowly. */
export interface BinOutlook {
  readonly prices: VisitPrices
  readonly values: LevelValues
  /** What lies ahead of it from this round on if it is emptied now, without the visit. */
  readonly emptiedCost: number
}

/** Whether a bin is to be emptied now, in numbers. Costs are in the money of the prices. */
export interface BinChoice {
  readonly isMandatory: boolean
  /** Worth a visit at its usual cost; the others are worth one only on the way. */
  readonly isPressing: boolean
  /** What a visit now is worth; Infinity where the bin must be emptied. */
  readonly prize: number
  /** That it is full before the next round. */
  readonly chanceOfOverflow: number
  /** What the days on which it stands full until the next round are expected to cost. */
  readonly costOfWaiting: number
}

export function foreseeBin(
  history: FillHistory,
  pool: FillPool,
  { prices, now, nextRoundTime }: RoundTimes & { readonly prices: VisitPrices },
): BinOutlook {
  const emptied = { ...history, fillPercent: 0, time: now, collectedTime: now }
  const forecasts = forecastDays(emptied, pool, { now, nextRoundTime })
  const values = valueLevels(prices, forecasts)
  return { prices, values, emptiedCost: lookAhead(forecasts, { prices, values }).total }
}

/**
 * Weighs emptying a bin now against leaving it until the next round. The prize is what leaving it costs more: the days
 * on which it is expected to stand full until then, and how much worse it stands then than if it were emptied now.
 */
export function weighBin(
  history: FillHistory,
  pool: FillPool,
  {
    outlook,
    mustEmpty,
    now,
    nextRoundTime,
  }: RoundTimes & { readonly outlook: BinOutlook; readonly mustEmpty: boolean },
): BinChoice {
  const forecasts = forecastDays(history, pool, { now, nextRoundTime })
  const { total, costOfWaiting } = lookAhead(forecasts, outlook)
  const worth = Math.max(0, total - outlook.emptiedCost)
  return {
    isMandatory: mustEmpty,
    isPressing: mustEmpty || worth >= outlook.prices.visitCost,
    prize: mustEmpty ? Number.POSITIVE_INFINITY : worth,
    chanceOfOverflow: forecasts.at(-1)?.chanceOfOverflow ?? 0,
    costOfWaiting,
  }
}

/** For the end of each day until the next round, which is the last; or of so many rounds that are as far apart. */
export function forecastDays(
  history: FillHistory,
  pool: FillPool,
  { now, nextRoundTime }: RoundTimes,
  roundCount = 1,
): FillForecast[] {
  const days = Math.max(1, Math.round((nextRoundTime - now) / DAY_MS))
  return forecastFill(history, pool, {
    now,
    times: Array.from(
      { length: days * roundCount },
      (_, day) => now + ((day + 1) * (nextRoundTime - now)) / days,
    ),
    thresholdPercent: 100,
    assumption: 'nobody-empties',
  })
}

function lookAhead(
  forecasts: readonly FillForecast[],
  { prices, values }: Pick<BinOutlook, 'prices' | 'values'>,
): { total: number; costOfWaiting: number } {
  const overflowDays = forecasts.reduce((sum, { chanceOfOverflow }) => sum + chanceOfOverflow, 0)
  const costOfWaiting = prices.overflowCostPerDay * overflowDays
  return { costOfWaiting, total: costOfWaiting + expectValue(values, forecasts.at(-1) as FillForecast) }
}
