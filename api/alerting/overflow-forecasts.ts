import type { OverflowForecast } from '../../alerts/conditions/judge-overflow.ts'
import type { Authority } from '../../model/authority.ts'
import type { Clock } from '../../model/clock.ts'
import type { Device } from '../../model/device.ts'
import type { DeviceDirectory } from '../../registry/device-directory.ts'
import type { Registry } from '../../registry/registry.ts'
import { localDate } from '../../rounds/local-date.ts'
import { roundTimesOf } from '../../rounds/round-times.ts'
import type { FillForecasts } from '../fill-forecasts.ts'
import { findNextLifts } from '../observers/next-lifts.ts'

const LORRIES_MAX = 1_000
/** Bins that are in no round are asked about once more, if nobody emptying them makes it so likely. */
const WORTH_ASKING = 0.5
/** At a time, so that others' questions come in between. */
const AT_A_TIME = 8

/**
 * By bin, the chance that it is full before it is next visited: by the round that is planned to lift it, or else when the next round
 * could come, if it is emptied as usual until then. Rejects as the store and the registry do.
 */
export async function forecastOverflows(
  {
    registry,
    directory,
    fillForecasts,
    clock,
  }: {
    readonly registry: Pick<Registry, 'listRounds' | 'listSites'>
    readonly directory: DeviceDirectory
    readonly fillForecasts: FillForecasts
    readonly clock: Clock
  },
  { id, timeZone }: Authority,
): Promise<Map<string, OverflowForecast>> {
  const now = clock.now()
  const bins = [...directory.list(id)].flatMap(({ device }) => (device.kind === 'bin' ? [device] : []))
  const forecasts = new Map<string, OverflowForecast>()
  if (bins.length === 0) return forecasts
  const lifts = await findNextLifts(registry, id, now)
  const { items: lorries } = await registry.listSites(id, 'lorries', { limit: LORRIES_MAX })
  const date = localDate(now, timeZone)
  const { roundTime, nextRoundTime } = roundTimesOf({ request: { date }, lorries, timeZone })
  const couldCome = roundTime > now ? roundTime : nextRoundTime
  const byVisit = Map.groupBy(bins, (bin) => lifts.get(bin.id) ?? couldCome)
  const unplanned: Device[] = []
  for (const [nextVisitTime, ofVisit] of byVisit) {
    const answers = await fillForecasts.weighBins(id, {
      bins: ofVisit.map((bin) => ({ ...toTownBin(bin), prices: NO_PRICES })),
      roundTime: now,
      nextRoundTime: nextVisitTime,
    })
    for (const [index, bin] of ofVisit.entries()) {
      const answer = answers[index]
      if (!answer?.isOwn) continue
      const isPlanned = lifts.has(bin.id)
      const { fillPercent, chanceOfOverflow: chance } = answer
      if (!isPlanned && chance >= WORTH_ASKING) unplanned.push(bin)
      forecasts.set(bin.id, { fillPercent, chance, nextVisitTime, isPlanned })
    }
  }
  for (let first = 0; first < unplanned.length; first += AT_A_TIME) {
    await Promise.all(unplanned.slice(first, first + AT_A_TIME).map(askAsUsual))
  }
  return forecasts

  async function askAsUsual(bin: Device): Promise<void> {
    const [answer] = await fillForecasts.forecastBin(id, toTownBin(bin), [
      { now, times: [couldCome], thresholdPercent: 100, assumption: 'as-usual' },
    ])
    const chance = answer?.forecasts[0]?.chanceOfOverflow
    const forecast = forecasts.get(bin.id)
    if (chance !== undefined && forecast) forecasts.set(bin.id, { ...forecast, chance })
  }
}

/** What a visit costs does not move the chance. */
const NO_PRICES = { visitCost: 1, overflowCostPerDay: 1 }

function toTownBin({ id, settings }: Device): { id: string; stream: string | null } {
  return { id, stream: settings.stream ?? null }
}
