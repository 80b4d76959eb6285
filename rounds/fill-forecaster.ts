import { Worker } from 'node:worker_threads'
import { KerbsideError } from '../model/error.ts'
import type { Logger } from '../model/logger.ts'
import type { BinForecast } from './choose/forecast-bin.ts'
import type { BinReadings, FillAnswer, TownBin, WeighQuestion } from './fill-towns.ts'
import type { FillQuestion } from './forecast/fill-forecast.ts'
import { receiveError, type SentError } from './remote-roads.ts'

/**
 * `FillTowns` in a thread of its own, which starts with the first call: learning takes some 0.4 ms for a bin's day of
 * hourly readings. Calls are answered in their order. Where the thread fails they reject with a KerbsideError INTERNAL, all
 * towns are gone, and the next call begins with a new thread; after `close` they reject with BUSY.
 */
export interface FillForecaster {
  learn(town: number, bins: readonly BinReadings[]): Promise<void>
  relearn(town: number, bins: readonly BinReadings[]): Promise<void>
  weigh(town: number, question: WeighQuestion): Promise<(BinForecast | undefined)[]>
  forecast(town: number, bin: TownBin, questions: readonly FillQuestion[]): Promise<FillAnswer[]>
  forget(town: number): Promise<void>
  /** Ends what is under way. */
  close(): Promise<void>
}

type Asked =
  | { readonly type: 'learn' | 'relearn'; readonly bins: readonly BinReadings[] }
  | { readonly type: 'weigh'; readonly question: WeighQuestion }
  | { readonly type: 'forecast'; readonly bin: TownBin; readonly questions: readonly FillQuestion[] }
  | { readonly type: 'forget' }
export type FillRequest = Asked & { readonly id: number; readonly town: number }

export interface FillResponse {
  readonly id: number
  readonly value?: unknown
  readonly error?: SentError
}

export function createFillForecaster({ logger }: { readonly logger: Logger }): FillForecaster {
  const waiting = new Map<number, PromiseWithResolvers<unknown>>()
  let worker: Worker | undefined
  let lastId = 0
  let isClosed = false

  return {
    learn: (town, bins) => ask<void>(town, { type: 'learn', bins }),
    relearn: (town, bins) => ask<void>(town, { type: 'relearn', bins }),
    weigh: (town, question) => ask(town, { type: 'weigh', question }),
    forecast: (town, bin, questions) => ask(town, { type: 'forecast', bin, questions }),
    forget: (town) => ask<void>(town, { type: 'forget' }),
    async close() {
      isClosed = true
      await worker?.terminate()
    },
  }

  async function ask<T>(town: number, asked: Asked): Promise<T> {
    if (isClosed) throw new KerbsideError('BUSY', 'The forecasts of bins are shutting down')
    worker ??= startWorker()
    const id = ++lastId
    const answer = Promise.withResolvers<unknown>()
    waiting.set(id, answer)
    worker.postMessage({ ...asked, id, town } satisfies FillRequest)
    return (await answer.promise) as T
  }

  function startWorker(): Worker {
    const started = new Worker(new URL('./fill-worker.ts', import.meta.url))
    // What waits for an answer keeps the process alive by other means; the thread alone does not.
    started.unref()
    started.on('message', ({ id, value, error }: FillResponse) => {
      const answer = waiting.get(id)
      waiting.delete(id)
      if (error) answer?.reject(receiveError(error))
      else answer?.resolve(value)
    })
    started.on('error', (error) => logger.error({ err: error }, 'the thread that forecasts bins failed'))
    started.on('exit', () => {
      if (worker === started) worker = undefined
      const [code, words] = isClosed
        ? (['BUSY', 'The process ended while it was forecasting'] as const)
        : (['INTERNAL', 'Forecasting the bins failed'] as const)
      for (const answer of waiting.values()) answer.reject(new KerbsideError(code, words))
      waiting.clear()
    })
    return started
  }
}
