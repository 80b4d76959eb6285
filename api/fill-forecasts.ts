import type { Clock } from '../model/clock.ts'
import type { DeviceDirectory } from '../registry/device-directory.ts'
import type { BinForecast } from '../rounds/choose/forecast-bin.ts'
import type { FillForecaster } from '../rounds/fill-forecaster.ts'
import type { FillAnswer, TownBin, WeighQuestion } from '../rounds/fill-towns.ts'
import type { FillQuestion } from '../rounds/forecast/fill-forecast.ts'
import type { ReadingStore } from '../store/reading-store.ts'
import { createFillReader, type ReadBins } from './fill-reader.ts'

/** How long what is known of an authority's bins is good for, in ms at the clock's speed 1. */
const FRESH_MS = 60_000
/** Some 8 KB each; beyond, the authorities that were asked about least recently are forgotten, and read again when they are. */
const BINS_MAX = 20_000
/** So much is learnt before others' questions come in between, in ms of the readings' own time. */
const SLICE_MS = 7 * 86_400_000

/**
 * What bins will do, learnt from the store's readings: the whole of the last weeks when an authority is first asked about,
 * then only what is new; a bin of which readings came late is learnt anew. Rejects as the store does, and where the thread
 * that forecasts fails, after which the same call may be made again.
 */
export interface FillForecasts {
  /** By bin as asked; undefined where too little is known of it. */
  weighBins(authority: string, question: WeighQuestion): Promise<readonly (BinForecast | undefined)[]>
  forecastBin(
    authority: string,
    bin: TownBin,
    questions: readonly FillQuestion[],
  ): Promise<readonly FillAnswer[]>
}

export interface FillForecastsParts {
  readonly store: ReadingStore
  readonly directory: DeviceDirectory
  readonly clock: Clock
  readonly fillForecaster: FillForecaster
}

interface Town {
  /** Another authority of the same name has another one. */
  readonly id: number
  readonly bins: ReadBins
  refreshedTime: number
  refreshing: Promise<void> | undefined
}

export function createFillForecasts({
  store,
  directory,
  clock,
  fillForecaster: forecaster,
}: FillForecastsParts): FillForecasts {
  const reader = createFillReader({ store, directory, clock })
  /** The one that was asked about least recently first. */
  const towns = new Map<string, Town>()
  let lastId = 0
  directory.onRevocation(({ authority, keyHash }) => {
    if (keyHash === null) forget(authority)
  })

  return {
    weighBins: (authority, question) => ask(authority, (id) => forecaster.weigh(id, question)),
    forecastBin: (authority, bin, questions) =>
      ask(authority, (id) => forecaster.forecast(id, bin, questions)),
  }

  async function ask<T>(authority: string, question: (townId: number) => Promise<T>): Promise<T> {
    const town = towns.get(authority) ?? createTown(authority)
    towns.delete(authority)
    towns.set(authority, town)
    try {
      town.refreshing ??= refresh(authority, town).finally(() => {
        town.refreshing = undefined
        if (towns.get(authority) !== town) letGo(town)
      })
      await town.refreshing
      return await question(town.id)
    } catch (error) {
      // Half of it may have been learnt, or be gone with its thread.
      if (towns.get(authority) === town) forget(authority)
      throw error
    }
  }

  function createTown(authority: string): Town {
    return {
      id: ++lastId,
      bins: reader.begin(authority),
      refreshedTime: Number.NEGATIVE_INFINITY,
      refreshing: undefined,
    }
  }

  async function refresh(authority: string, town: Town): Promise<void> {
    const now = clock.now()
    if (now - town.refreshedTime < FRESH_MS * clock.speed) return
    const { fresh, late } = await reader.readNew(authority, town.bins)
    if (late.length > 0) await forecaster.relearn(town.id, late)
    const times = fresh.flatMap((bin) => [bin.times[0] ?? now, bin.times.at(-1) ?? now])
    const [earliest, latest] = times.reduce(
      ([low, high], time) => [Math.min(low, time), Math.max(high, time)],
      [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
    )
    for (let from = earliest; from <= latest; from += SLICE_MS) {
      const slice = fresh.flatMap((bin) => {
        const [first, end] = [indexFrom(bin.times, from), indexFrom(bin.times, from + SLICE_MS)]
        if (first === end) return []
        return [{ ...bin, times: bin.times.slice(first, end), levels: bin.levels.slice(first, end) }]
      })
      if (towns.get(authority) !== town) return
      if (slice.length > 0) await forecaster.learn(town.id, slice)
    }
    town.refreshedTime = now
    letOthersGo(authority)
  }

  function letOthersGo(authority: string): void {
    let count = 0
    for (const { bins } of towns.values()) count += bins.known.size
    for (const [other, { bins, refreshing }] of towns) {
      if (count <= BINS_MAX) return
      if (other === authority || refreshing) continue
      count -= bins.known.size
      forget(other)
    }
  }

  function forget(authority: string): void {
    const town = towns.get(authority)
    if (!town) return
    towns.delete(authority)
    letGo(town)
  }

  function letGo({ id }: Town): void {
    // Where the thread is gone, so is the town.
    forecaster.forget(id).catch(() => undefined)
  }
}

/** The index of the first time that is not before another; the count of times where there is none. */
function indexFrom(times: Float64Array, from: number): number {
  const index = times.findIndex((time) => time >= from)
  return index === -1 ? times.length : index
}
