import { KerbsideError } from '../model/error.ts'
import type { BinForecast } from '../rounds/choose/forecast-bin.ts'
import type { PlannedBin, RoundInput } from '../rounds/round-input.ts'
import { roundTimesOf } from '../rounds/round-times.ts'
import type { ApiParts } from './parts.ts'
import { readVisitPrices } from './visit-prices.ts'

/**
 * Adds to what a round is planned from what is to be expected of each bin. The first time for an authority takes some
 * seconds, in which its bins' histories are read and learnt. A town whose bins cannot be forecast is planned by thresholds.
 */
export async function foreseeBins(
  { registry, fillForecasts, logger }: Pick<ApiParts, 'registry' | 'fillForecasts' | 'logger'>,
  authority: string,
  input: RoundInput,
): Promise<RoundInput> {
  const { roundTime, nextRoundTime } = roundTimesOf(input)
  const prices = await readVisitPrices(registry, authority, input)
  try {
    const bins = input.bins.map(({ id, stream }, index) => ({
      id,
      stream,
      prices: prices[index] as (typeof prices)[0],
    }))
    const forecasts = await fillForecasts.weighBins(authority, { bins, roundTime, nextRoundTime })
    return {
      ...input,
      bins: input.bins.map((bin, index) => addForecast(bin, forecasts[index] ?? null)),
    }
  } catch (error) {
    if (!(error instanceof KerbsideError) || error.code !== 'INTERNAL') throw error
    logger.warn({ err: error, authority }, 'bins could not be forecast, and a round is planned by thresholds')
    return input
  }
}

/** Where the latest reading tells something else, such as the battery, the last level is an earlier reading's. */
function addForecast(bin: PlannedBin, forecast: BinForecast | null): PlannedBin {
  if (!forecast || bin.fillPercent !== null) return { ...bin, forecast }
  return { ...bin, fillPercent: forecast.fillPercent, time: forecast.time, forecast }
}
