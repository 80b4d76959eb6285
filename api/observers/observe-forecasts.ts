import { DEFAULT_THRESHOLD_PERCENT, type Device } from '../../model/device.ts'
import type { Observation } from '../../model/observation.ts'
import type { DeviceDirectory } from '../../registry/device-directory.ts'
import type { Registry } from '../../registry/registry.ts'
import type { FillAnswer } from '../../rounds/fill-towns.ts'
import type { FillForecasts } from '../fill-forecasts.ts'
import { areaOf } from './area-of.ts'
import { findNextLifts } from './next-lifts.ts'
import type { Observer } from './observer.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** Bins that are asked about at a time, so that others' questions come in between. */
const AT_A_TIME = 8
/** As many as there are forecasts of. */
const BINS_MAX = 5_000

export interface ForecastObserver extends Observer {
  /** Whether a bin's level has stopped to move, as it was last known; undefined where it was not. */
  isStuck(authority: string, device: string): boolean | undefined
}

interface ToldTown {
  /** The hour, and the bins that were told of in it. */
  time: number
  readonly told: Set<string>
  /** By bin, as it was last known. */
  readonly stuck: Map<string, boolean>
  isComplete: boolean
}

/** What is expected of every bin if nobody empties it, and how it will stand in a day if it is emptied as usual. */
export function observeForecasts({
  registry,
  directory,
  fillForecasts,
}: {
  readonly registry: Pick<Registry, 'listRounds'>
  readonly directory: DeviceDirectory
  readonly fillForecasts: FillForecasts
}): ForecastObserver {
  const towns = new Map<string, ToldTown>()
  directory.onRevocation(({ authority, keyHash }) => {
    if (keyHash === null) towns.delete(authority)
  })
  return {
    subject: 'forecast',
    everyMs: HOUR_MS,
    isStuck: (authority, device) => towns.get(authority)?.stuck.get(device),
    isComplete: (authority) => towns.get(authority)?.isComplete ?? false,
    async observe({ id }, time) {
      const bins = listBins(id)
      if (bins.length === 0) return []
      const town = towns.get(id) ?? { time: Number.NaN, told: new Set(), stuck: new Map(), isComplete: false }
      towns.set(id, town)
      if (town.time !== time) town.told.clear()
      town.time = time
      const left = bins.filter((bin) => !town.told.has(bin.id))
      const lifts = await findNextLifts(registry, id, time)
      const rows: Observation[] = []
      for (let first = 0; first < left.length; first += AT_A_TIME) {
        const some = left.slice(first, first + AT_A_TIME)
        const answers = await Promise.all(some.map((bin) => ask(id, bin, { time, lift: lifts.get(bin.id) })))
        for (const [index, answer] of answers.entries()) {
          if (!answer) continue
          const bin = some[index] as Device
          rows.push(...answer.rows)
          town.told.add(bin.id)
          town.stuck.set(bin.id, answer.isStuck)
        }
      }
      // While a town's history arrives there are more bins to tell of each time.
      town.isComplete = town.told.size === bins.length || (rows.length === 0 && town.told.size > 0)
      return rows
    },
  }

  function listBins(authority: string): Device[] {
    return [...directory.list(authority)]
      .flatMap(({ device }) => (device.kind === 'bin' ? [device] : []))
      .sort((a, b) => (a.id < b.id ? -1 : 1))
      .slice(0, BINS_MAX)
  }

  /** Undefined where nothing was read of the bin. */
  async function ask(
    authority: string,
    bin: Device,
    { time, lift = time + 2 * DAY_MS }: { time: number; lift: number | undefined },
  ): Promise<{ rows: Observation[]; isStuck: boolean } | undefined> {
    const thresholdPercent = bin.settings.thresholdPercent ?? DEFAULT_THRESHOLD_PERCENT
    const times = [...new Set([time + DAY_MS, time + 2 * DAY_MS, time + 3 * DAY_MS, lift])]
    const question = { now: time, thresholdPercent }
    const [ahead, usual] = await fillForecasts.forecastBin(
      authority,
      { id: bin.id, stream: bin.settings.stream ?? null },
      [
        { ...question, times: times.sort((a, b) => a - b), assumption: 'nobody-empties' },
        { ...question, times: [time + DAY_MS], assumption: 'as-usual' },
      ],
    )
    if (!ahead || ahead.time === null) return undefined
    return { rows: describe(bin, { ahead, usual, time, lift }), isStuck: ahead.isStuck }
  }
}

function describe(
  bin: Device,
  {
    ahead,
    usual,
    time,
    lift,
  }: { ahead: FillAnswer; usual: FillAnswer | undefined; time: number; lift: number },
): Observation[] {
  const chanceAt = (wanted: number) =>
    ahead.forecasts.find((forecast) => forecast.time === wanted)?.chanceOfOverflow
  const tags = { device: bin.id, area: areaOf(bin) }
  const forecast: Observation<'forecast'> = {
    measurement: 'forecast',
    time,
    tags,
    fields: {
      name: bin.name ?? bin.id,
      fillPercent: ahead.fillPercent ?? undefined,
      chanceOfOverflowBeforeRound: chanceAt(lift),
      chanceOfOverflow24h: chanceAt(time + DAY_MS),
      chanceOfOverflow48h: chanceAt(time + 2 * DAY_MS),
      chanceOfOverflow72h: chanceAt(time + 3 * DAY_MS),
      latitude: bin.latitude ?? undefined,
      longitude: bin.longitude ?? undefined,
    },
  }
  const expected = usual?.forecasts[0]
  if (!expected) return [forecast]
  const { expectedPercent, lowPercent, highPercent } = expected
  const fields = { expectedPercent, lowPercent, highPercent }
  return [forecast, { measurement: 'expectation', time: time + DAY_MS, tags, fields }]
}
