import { type BinForecast, forecastBin } from './choose/forecast-bin.ts'
import type { VisitPrices } from './choose/value-levels.ts'
import { findUsualEmptying } from './forecast/emptying-hours.ts'
import type { FillForecast, FillQuestion } from './forecast/fill-forecast.ts'
import { createFillHistory, type FillHistory } from './forecast/fill-history.ts'
import { createFillPool, type FillPool } from './forecast/fill-pool.ts'
import { forecastFill } from './forecast/forecast-fill.ts'
import { isStuck } from './forecast/is-stuck.ts'
import { observeFill } from './forecast/observe-fill.ts'

/** A bin, and its stream, by which it is like others. */
export interface TownBin {
  readonly id: string
  readonly stream: string | null
}

/** What was read of a bin: times in ms since 1970, rising, and levels in percent. */
export interface BinReadings extends TownBin {
  readonly times: Float64Array
  readonly levels: Float32Array
}

export interface WeighQuestion {
  readonly bins: readonly (TownBin & { readonly prices: VisitPrices })[]
  /** When the round begins and when the next one could, in ms since 1970. */
  readonly roundTime: number
  readonly nextRoundTime: number
}

export interface FillAnswer {
  /** Of its latest reading that counted, in ms since 1970; null where there is none. */
  readonly time: number | null
  readonly fillPercent: number | null
  readonly readingCount: number
  /** Whether its sensor seems to repeat itself. */
  readonly isStuck: boolean
  /** Whether it is known in which hours of the day it is usually emptied. */
  readonly hasUsualHours: boolean
  readonly forecasts: readonly FillForecast[]
}

/** The fill histories of several towns' bins, and what each stream's bins share. A town is there once something is learnt. */
export interface FillTowns {
  /** Takes in readings that are later than all before, those of all bins in the order of their times. */
  learn(town: number, bins: readonly BinReadings[]): void
  /** Learns these bins anew, from all of their readings; what their pools have learnt of them stays. */
  relearn(town: number, bins: readonly BinReadings[]): void
  /** By bin as asked; undefined where too little is known. */
  weigh(town: number, question: WeighQuestion): (BinForecast | undefined)[]
  forecast(town: number, bin: TownBin, questions: readonly FillQuestion[]): FillAnswer[]
  /** What is not known is ignored. */
  forget(town: number): void
}

interface Town {
  readonly histories: Map<string, FillHistory>
  readonly pools: Map<string | null, FillPool>
}

export function createFillTowns(): FillTowns {
  const towns = new Map<number, Town>()

  return {
    learn(id, bins) {
      const town = getTown(id)
      for (const { bin, position } of orderByTime(bins)) {
        const { times, levels } = bin
        const history = historyOf(town, bin.id)
        observeFill(history, poolOf(town, bin), times[position] as number, levels[position] as number)
      }
    },
    relearn(id, bins) {
      const town = getTown(id)
      for (const bin of bins) {
        const history = createFillHistory()
        // The pool knows all but a few of these readings already.
        const pool = structuredClone(poolOf(town, bin))
        for (const [index, time] of bin.times.entries()) {
          observeFill(history, pool, time, bin.levels[index] as number)
        }
        town.histories.set(bin.id, history)
      }
    },
    weigh(id, { bins, ...times }) {
      const town = towns.get(id)
      if (!town) return bins.map(() => undefined)
      return bins.map((bin) => {
        const history = town.histories.get(bin.id)
        return history && forecastBin(history, poolOf(town, bin), { ...times, prices: bin.prices })
      })
    },
    forecast(id, bin, questions) {
      const town = getTown(id)
      const history = town.histories.get(bin.id) ?? createFillHistory()
      const pool = poolOf(town, bin)
      return questions.map((question) => ({
        time: history.time,
        fillPercent: history.time === null ? null : history.fillPercent,
        readingCount: history.readingCount,
        isStuck: isStuck(history, pool),
        hasUsualHours: findUsualEmptying(history, question.now) !== undefined,
        forecasts: forecastFill(history, pool, question),
      }))
    },
    forget(id) {
      towns.delete(id)
    },
  }

  function getTown(id: number): Town {
    const town = towns.get(id) ?? { histories: new Map(), pools: new Map() }
    towns.set(id, town)
    return town
  }
}

function historyOf({ histories }: Town, id: string): FillHistory {
  const history = histories.get(id) ?? createFillHistory()
  histories.set(id, history)
  return history
}

function poolOf({ pools }: Town, { stream }: TownBin): FillPool {
  const pool = pools.get(stream) ?? createFillPool()
  pools.set(stream, pool)
  return pool
}

/** A pool learns best from readings in the order of their times; of the same time, in the order of the bins. */
function orderByTime(bins: readonly BinReadings[]): { bin: BinReadings; position: number }[] {
  return bins
    .flatMap((bin) => Array.from(bin.times, (time, position) => ({ bin, position, time })))
    .sort((a, b) => a.time - b.time)
}
