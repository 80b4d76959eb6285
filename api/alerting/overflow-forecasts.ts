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
/** With fewer, others speak for a bin, which is no ground for an alert. */
const READINGS_MIN = 24
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
    await Promise.all(bins.slice(first, first + AT_A_TIME).map(ask))
  }
  return forecasts

  async function ask(bin: Device): Promise<void> {
    const lift = lifts.get(bin.id)
    const nextVisitTime = lift ?? couldCome
    const [answer] = await fillForecasts.forecastBin(id, toTownBin(bin), [
      {
        now,
        times: [nextVisitTime],
        thresholdPercent: 100,
        // Who plans no rounds has the bins emptied otherwise.
        assumption: lift === undefined ? 'as-usual' : 'nobody-empties',
      },
    ])
    const chance = answer?.forecasts[0]?.chanceOfOverflow
    if (!answer || chance === undefined || answer.fillPercent === null) return
    if (answer.readingCount < READINGS_MIN) return
    forecasts.set(bin.id, {
      fillPercent: answer.fillPercent,
      chance,
      nextVisitTime,
      isPlanned: lift !== undefined,
    })
  }
}

function toTownBin({ id, settings }: Device): { id: string; stream: string | null } {
  return { id, stream: settings.stream ?? null }
}
