import { KerbsideError } from '../model/error.ts'
import { parseSharedId } from '../model/shared-id.ts'
import type { BinForecast } from '../rounds/choose/forecast-bin.ts'
import { heedReport } from '../rounds/heed-report.ts'
import type { PlannedBin, RoundInput } from '../rounds/round-input.ts'
import { roundTimesOf } from '../rounds/round-times.ts'
import type { ApiParts } from './parts.ts'
import { readVisitPrices } from './visit-prices.ts'

/**
 * Adds to what a round is planned from what is to be expected of each bin, of those of others by what their own authority's bins
 * have taught. The first time for an authority takes some seconds, in which its bins' histories are read and learnt. A town
 * whose bins cannot be forecast is planned by thresholds.
 */
export async function foreseeBins(
  { registry, fillForecasts, logger }: Pick<ApiParts, 'registry' | 'fillForecasts' | 'logger'>,
  authority: string,
  input: RoundInput,
): Promise<RoundInput> {
  const times = roundTimesOf(input)
  const { roundTime, nextRoundTime } = times
  const prices = await readVisitPrices(registry, authority, input)
  const bins = [...input.bins]
  const towns = Map.groupBy(bins.keys(), (index) => townOf(bins[index] as PlannedBin, authority))
  for (const [town, indexes] of towns) {
    const asked = indexes.map((index) => {
      const { id, stream } = bins[index] as PlannedBin
      return { id: parseSharedId(id)?.device ?? id, stream, prices: prices[index] as (typeof prices)[0] }
    })
    try {
      const forecasts = await fillForecasts.weighBins(town, { bins: asked, roundTime, nextRoundTime })
      for (const [place, index] of indexes.entries()) {
        const bin = addForecast(bins[index] as PlannedBin, forecasts[place] ?? null)
        const { forecast, report } = bin
        bins[index] =
          forecast && report
            ? { ...bin, forecast: heedReport(forecast, prices[index] as (typeof prices)[0], times) }
            : bin
      }
    } catch (error) {
      if (!(error instanceof KerbsideError) || error.code !== 'INTERNAL') throw error
      logger.warn({ err: error, town }, 'bins could not be forecast, and a round is planned by thresholds')
    }
  }
  return { ...input, bins }
}

/** Whose readings tell how it fills. */
function townOf({ id }: PlannedBin, authority: string): string {
  return parseSharedId(id)?.authority ?? authority
}

/** Where the latest reading tells something else, such as the battery, the last level is an earlier reading's. */
function addForecast(bin: PlannedBin, forecast: BinForecast | null): PlannedBin {
  if (!forecast || bin.fillPercent !== null) return { ...bin, forecast }
  return { ...bin, fillPercent: forecast.fillPercent, time: forecast.time, forecast }
}
