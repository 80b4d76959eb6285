import pino from 'pino'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createFillForecaster } from '../../rounds/fill-forecaster.ts'
import { type BinReadings, createFillTowns, type WeighQuestion } from '../../rounds/fill-towns.ts'

const DAY_MS = 86_400_000
const DAYS = 40
const NOW = DAYS * DAY_MS
const PRICES = { visitCost: 4, overflowCostPerDay: 15 }
const QUESTION = { roundTime: NOW, nextRoundTime: NOW + DAY_MS }

/** Read four times a day, rising evenly to 100 % and then emptied. */
function makeReadings(id: string, percentPerDay: number, days = DAYS, from = 0): BinReadings {
  const times = Float64Array.from({ length: days * 4 }, (_, index) => from + (index * DAY_MS) / 4)
  return {
    id,
    stream: null,
    times,
    levels: Float32Array.from(times, (time) => ((time / DAY_MS) * percentPerDay) % 100),
  }
}

function ask(...ids: string[]): WeighQuestion {
  return { ...QUESTION, bins: ids.map((id) => ({ id, stream: null, prices: PRICES })) }
}

describe('the histories of towns', () => {
  it('are learnt in the same way at once and bit by bit', () => {
    const bins = [makeReadings('a', 11), makeReadings('b', 17)]
    const [whole, parts] = [createFillTowns(), createFillTowns()]
    whole.learn(1, bins)
    for (let day = 0; day < DAYS; day++) {
      const slice = (values: Float64Array | Float32Array) => values.slice(day * 4, day * 4 + 4)
      parts.learn(
        1,
        bins.map((bin) => ({
          ...bin,
          times: slice(bin.times) as Float64Array,
          levels: slice(bin.levels) as Float32Array,
        })),
      )
    }
    const forecasts = whole.weigh(1, ask('a', 'b'))
    expect(parts.weigh(1, ask('a', 'b'))).toEqual(forecasts)
    expect(forecasts[0]).toMatchObject({ isOwn: true, visitCost: 4 })
  })

  it('say nothing of bins that are not known, and of few readings only where similar bins are', () => {
    const towns = createFillTowns()
    expect(towns.weigh(1, ask('a'))).toEqual([undefined])
    towns.learn(1, [makeReadings('new', 20, 1, NOW - DAY_MS)])
    expect(towns.weigh(1, ask('new', 'unread'))).toEqual([undefined, undefined])
    towns.learn(2, [makeReadings('a', 12), makeReadings('b', 15), makeReadings('new', 20, 1, NOW - DAY_MS)])
    const [own, similar] = towns.weigh(2, ask('a', 'new'))
    expect([own?.isOwn, similar?.isOwn]).toEqual([true, false])
  })

  it('do not meet, and are forgotten', () => {
    const towns = createFillTowns()
    towns.learn(1, [makeReadings('a', 12)])
    expect(towns.weigh(2, ask('a'))).toEqual([undefined])
    towns.forget(1)
    expect(towns.weigh(1, ask('a'))).toEqual([undefined])
  })

  it('take a bin that is learnt anew from its own readings alone', () => {
    const towns = createFillTowns()
    towns.learn(1, [makeReadings('a', 12), makeReadings('b', 15)])
    const times = makeReadings('a', 12).times
    towns.relearn(1, [{ id: 'a', stream: null, times, levels: new Float32Array(times.length).fill(3) }])
    expect(towns.weigh(1, ask('a'))[0]).toMatchObject({ chanceOfOverflow: expect.closeTo(0, 1) })
  })
})

describe('in a thread', () => {
  it('they answer as they do without one, and end with it', async () => {
    const forecaster = createFillForecaster({ logger: pino({ level: 'silent' }) })
    onTestFinished(() => forecaster.close())
    const towns = createFillTowns()
    towns.learn(1, [makeReadings('a', 11)])
    await forecaster.learn(1, [makeReadings('a', 11)])
    expect(await forecaster.weigh(1, ask('a'))).toEqual(towns.weigh(1, ask('a')))
    const waiting = forecaster.learn(
      1,
      Array.from({ length: 20 }, (_, index) => makeReadings(`bin-${index}`, 5)),
    )
    const closing = forecaster.close()
    await expect(waiting).rejects.toMatchObject({ code: 'BUSY' })
    await closing
    await expect(forecaster.weigh(1, ask('a'))).rejects.toMatchObject({ code: 'BUSY' })
  })

  it('leave the event loop free while they learn', async () => {
    const forecaster = createFillForecaster({ logger: pino({ level: 'silent' }) })
    onTestFinished(() => forecaster.close())
    const bins = Array.from({ length: 20 }, (_, index) => makeReadings(`bin-${index}`, 5 + index))
    const before = process.threadCpuUsage()
    await forecaster.learn(1, bins)
    const { user, system } = process.threadCpuUsage(before)
    // Learning takes some 300 ms, which are not this thread's.
    expect((user + system) / 1000).toBeLessThan(100)
  })
})
