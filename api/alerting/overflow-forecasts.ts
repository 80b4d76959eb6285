import type { OverflowForecast } from '../../alerts/conditions/judge-overflow.ts'
import type { Authority } from '../../model/authority.ts'
import type { Clock } from '../../model/clock.ts'
import type { Device } from '../../model/device.ts'
import type { DeviceDirectory } from '../../registry/device-directory.ts'
import type { Registry } from '../../registry/registry.ts'
import type { FillQuestion } from '../../rounds/forecast/fill-forecast.ts'
import { localDate } from '../../rounds/local-date.ts'
import { roundTimesOf } from '../../rounds/round-times.ts'
import type { FillForecasts } from '../fill-forecasts.ts'
import { findNextLifts } from '../observers/next-lifts.ts'

const LORRIES_MAX = 1_000
/** With fewer, others speak for a bin, which is no ground for an alert. */
const READINGS_MIN = 24
/** At a time, so that others' questions come in between. */
const AT_A_TIME = 8

/**
 * By bin, the chance that it is full before it is next visited: by the round that is planned to lift it; or else in the hour in which
 * it usually may be emptied next, or when the next round could come, whichever is first. Where those hours are not known, it is
 * taken to be emptied as usual until a round could come. Rejects as the store and the registry do.
 */
export async function forecastOverflows(
  {
    registry,
    directory,
    fillForecasts,
    clock,
  }: {
    readonly registry: Pick<Registry, 'listRounds' | 'listSites'>
    readonly directory: Pick<DeviceDirectory, 'list'>
    readonly fillForecasts: Pick<FillForecasts, 'forecastBin'>
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
  for (let first = 0; first < bins.length; first += AT_A_TIME) {
    await Promise.all(bins.slice(first, first + AT_A_TIME).map(foresee))
  }
  return forecasts

  async function foresee(bin: Device): Promise<void> {
    const lift = lifts.get(bin.id)
    const ask = async (time: number, assumption: FillQuestion['assumption']) => {
      const question = { now, times: [time], thresholdPercent: 100, assumption }
      return (await fillForecasts.forecastBin(id, toTownBin(bin), [question]))[0]
    }
    // Who plans no rounds has the bins emptied otherwise.
    const known =
      lift === undefined ? await ask(couldCome, 'until-emptied') : await ask(lift, 'nobody-empties')
    if (!known || known.readingCount < READINGS_MIN) return
    const visit = lift !== undefined ? 'planned' : known.hasUsualHours ? 'usual' : 'possible'
    const answer = visit === 'possible' ? await ask(couldCome, 'as-usual') : known
    const { fillPercent = null, forecasts: [forecast] = [] } = answer ?? {}
    if (fillPercent === null || !forecast) return
    forecasts.set(bin.id, {
      fillPercent,
      chance: forecast.chanceOfOverflow,
      nextVisitTime: forecast.time,
      visit,
    })
  }
}

function toTownBin({ id, settings }: Device): { id: string; stream: string | null } {
  return { id, stream: settings.stream ?? null }
}
