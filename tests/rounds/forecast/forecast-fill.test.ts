import { describe, expect, it } from 'vitest'
import { createRandom } from '../../../model/random.ts'
import type { FillForecast } from '../../../rounds/forecast/fill-forecast.ts'
import { createFillHistory, type FillHistory } from '../../../rounds/forecast/fill-history.ts'
import { createFillPool, type FillPool } from '../../../rounds/forecast/fill-pool.ts'
import { forecastFill } from '../../../rounds/forecast/forecast-fill.ts'
import { observeFill } from '../../../rounds/forecast/observe-fill.ts'
import { DAY_MS, HOUR_MS, makeBin, START, shareOfHour } from './bin-town.ts'

const HORIZONS = [0.25, 0.5, 1, 1.5, 2, 3, 4, 6, 8, 12, 30]

function ask(
  history: FillHistory,
  pool: FillPool,
  {
    days = HORIZONS,
    assumption = 'nobody-empties',
    thresholdPercent = 75,
  }: { days?: readonly number[]; assumption?: 'as-usual' | 'nobody-empties'; thresholdPercent?: number } = {},
): FillForecast[] {
  const now = history.time ?? START
  const times = days.map((day) => now + day * DAY_MS)
  return forecastFill(history, pool, { now, times, thresholdPercent, assumption })
}

function ask1(history: FillHistory, pool: FillPool, days: number): FillForecast {
  return ask(history, pool, { days: [days] })[0] as FillForecast
}

/** A pool that has watched bins of between 8 and 18 % a day, and one of them. */
function learnTown(
  { everyHours, days, show }: { everyHours: number; days: number; show: (level: number) => number },
  seed = 1,
): { history: FillHistory; pool: FillPool } {
  const random = createRandom(seed)
  const pool = createFillPool()
  const bins = Array.from({ length: 12 }, () => ({
    made: makeBin({ random, days, ratePercent: 8 + 10 * random() }),
    history: createFillHistory(),
  }))
  for (let hour = 0; hour < days * 24; hour += everyHours) {
    for (const { made, history } of bins) {
      observeFill(history, pool, START + hour * HOUR_MS, show(made.truth[hour] as number))
    }
  }
  return { history: bins[0]?.history as FillHistory, pool }
}

const showFine = (level: number): number => Math.min(100, Math.round(level))
const showSixSteps = (level: number): number => Math.min(100, Math.floor(level / 20) * 20)

/** Lets a bin fill evenly from empty, a reading every so many hours, emptied at 90 %; returns the next hour. */
function fillEvenly(
  history: FillHistory,
  pool: FillPool,
  {
    ratePercent,
    hours,
    everyHours = 6,
    from = 0,
  }: Record<'ratePercent' | 'hours', number> & { everyHours?: number; from?: number },
): number {
  for (let hour = from; hour < from + hours; hour += everyHours) {
    observeFill(history, pool, START + hour * HOUR_MS, ((ratePercent * (hour - from)) / 24) % 90)
  }
  return from + hours
}

describe('a forecast', () => {
  it.each([
    { everyHours: 1, name: 'hourly readings', show: showFine, thresholdPercent: 75 },
    { everyHours: 24, name: 'daily readings in six steps', show: showSixSteps, thresholdPercent: 80 },
  ])(
    'says chances that come true as often as it says, from $name',
    ({ everyHours, show, thresholdPercent }) => {
      const random = createRandom(7)
      const days = 120
      const pool = createFillPool()
      const bins = Array.from({ length: 32 }, () => ({
        made: makeBin({ random, days, ratePercent: 8 + 10 * random() }),
        history: createFillHistory(),
      }))
      const said = { seen: 0, unemptied: 0 }
      const came = { seen: 0, unemptied: 0 }
      const errors = { seen: 0, unemptied: 0 }
      let count = 0
      for (let hour = 0; hour < (days - 4) * 24; hour += everyHours) {
        for (const { made, history } of bins) {
          observeFill(history, pool, START + hour * HOUR_MS, show(made.truth[hour] as number))
          if (hour < 60 * 24 || hour % 24 !== 0 || history.fillPercent >= thresholdPercent) continue
          count++
          const outcome = { seen: 0, unemptied: 0 }
          let free = made.truth[hour] as number
          for (let ahead = 1; ahead <= 48; ahead++) {
            free += made.growth[hour + ahead] as number
            if (ahead % everyHours !== 0) continue
            if (show(made.truth[hour + ahead] as number) >= thresholdPercent) outcome.seen = 1
            if (show(free) >= thresholdPercent) outcome.unemptied = 1
          }
          for (const [head, assumption] of [
            ['seen', 'as-usual'],
            ['unemptied', 'nobody-empties'],
          ] as const) {
            const chance = ask(history, pool, { days: [2], assumption, thresholdPercent })[0]
              ?.chanceOfThreshold as number
            said[head] += chance
            came[head] += outcome[head]
            errors[head] += (chance - outcome[head]) ** 2
          }
        }
      }
      for (const head of ['seen', 'unemptied'] as const) {
        expect(Math.abs(said[head] - came[head]) / count, head).toBeLessThan(0.05)
        // What the mean alone would score: the lumps and the crews of this town leave little more to be known.
        const share = came[head] / count
        expect(errors[head] / count, head).toBeLessThan(0.95 * share * (1 - share))
      }
      expect(came.unemptied).toBeGreaterThan(came.seen)
    },
  )

  it('never lets a chance fall with time or rise with the level', () => {
    for (const [everyHours, show] of [
      [1, showFine],
      [24, showSixSteps],
    ] as const) {
      const { history, pool } = learnTown({ everyHours, days: 90, show })
      for (const assumption of ['as-usual', 'nobody-empties'] as const) {
        const forecasts = ask(history, pool, { assumption, thresholdPercent: 83 })
        for (const [index, forecast] of forecasts.entries()) {
          const before = forecasts[index - 1]
          expect(forecast.chanceOfThreshold).toBeGreaterThanOrEqual(before?.chanceOfThreshold ?? 0)
          expect(forecast.chanceOfOverflow).toBeGreaterThanOrEqual(before?.chanceOfOverflow ?? 0)
          expect(forecast.chanceOfThreshold).toBeGreaterThanOrEqual(forecast.chanceOfOverflow)
          expect(forecast.chanceOfThreshold).toBeLessThanOrEqual(1)
          expect(forecast.lowPercent).toBeLessThanOrEqual(forecast.highPercent)
          const chances = forecast.levels.map(({ chance }) => chance)
          expect(chances).toEqual(chances.toSorted((a, b) => b - a))
        }
      }
    }
  })

  it('is the same for the same readings, and for a copy that went to a worker', () => {
    const first = learnTown({ everyHours: 6, days: 60, show: showFine })
    const second = learnTown({ everyHours: 6, days: 60, show: showFine })
    const copy = structuredClone(first)
    expect(ask(second.history, second.pool)).toEqual(ask(first.history, first.pool))
    expect(ask(copy.history, copy.pool)).toEqual(ask(first.history, first.pool))
  })

  it('expects more where nobody empties than as usual', () => {
    const { history, pool } = learnTown({ everyHours: 6, days: 90, show: showFine })
    const days = [3, 5, 8]
    const asUsual = ask(history, pool, { days, assumption: 'as-usual' })
    const unemptied = ask(history, pool, { days })
    for (const [index, forecast] of unemptied.entries()) {
      expect(forecast.expectedPercent).toBeGreaterThan((asUsual[index] as FillForecast).expectedPercent)
      expect(forecast.lowPercent).toBeGreaterThanOrEqual(history.fillPercent)
    }
    expect(ask(history, pool, { days: [60] })[0]?.chanceOfThreshold).toBeGreaterThan(0.99)
  })

  it('says that a bin at its threshold has reached it', () => {
    const [history, pool] = [createFillHistory(), createFillPool()]
    observeFill(history, pool, START, 80)
    expect(ask1(history, pool, 0).chanceOfThreshold).toBe(1)
    expect(ask1(history, pool, 0).chanceOfOverflow).toBeLessThan(0.01)
  })
})

describe('a new bin', () => {
  it('gets the rate of its neighbours', () => {
    const [slow, fast] = [4, 24].map((ratePercent) => {
      const pool = createFillPool()
      for (let bin = 0; bin < 5; bin++) fillEvenly(createFillHistory(), pool, { ratePercent, hours: 24 * 40 })
      const history = createFillHistory()
      observeFill(history, pool, START + 41 * DAY_MS, 10)
      return ask1(history, pool, 1)
    }) as [FillForecast, FillForecast]
    expect(slow.expectedPercent).toBeLessThan(22)
    expect(fast.expectedPercent).toBeGreaterThan(slow.expectedPercent + 10)
  })

  it('gets a wider interval than one that is known', () => {
    const pool = createFillPool()
    const known = createFillHistory()
    fillEvenly(known, pool, { ratePercent: 10, hours: 24 * 54 })
    const fresh = createFillHistory()
    observeFill(fresh, pool, known.time as number, known.fillPercent)
    const width = ({ lowPercent, highPercent }: FillForecast): number => highPercent - lowPercent
    expect(width(ask1(fresh, pool, 1))).toBeGreaterThan(1.2 * width(ask1(known, pool, 1)))
  })

  it('has a forecast even before any bin was read', () => {
    const forecast = ask1(createFillHistory(), createFillPool(), 2)
    expect(forecast.expectedPercent).toBeGreaterThan(5)
    expect(forecast.chanceOfThreshold).toBeLessThan(0.5)
    expect(forecast.highPercent - forecast.lowPercent).toBeGreaterThan(20)
  })
})

describe('the readings of a bin', () => {
  it('show its rate, and how often it is emptied', () => {
    const [history, pool] = [createFillHistory(), createFillPool()]
    fillEvenly(history, pool, { ratePercent: 15, hours: 24 * 60 })
    expect(history.growth / history.growthDays).toBeCloseTo(15, 0)
    expect(history.collections / history.collectionDays).toBeCloseTo(1 / 6, 1)
  })

  it('weigh more the younger they are', () => {
    const [history, pool] = [createFillHistory(), createFillPool()]
    const from = fillEvenly(history, pool, { ratePercent: 5, hours: 24 * 150 })
    fillEvenly(history, pool, { ratePercent: 20, hours: 24 * 60, from })
    // Sixty days of the one against 150 before them of the other: more than the mean over all of them, 9.3.
    expect(history.growth / history.growthDays).toBeGreaterThan(13)
  })

  it('show no collection in small falls of noise, nor growth in what follows them', () => {
    const [history, pool] = [createFillHistory(), createFillPool()]
    const random = createRandom(4)
    for (let hour = 0; hour < 24 * 20; hour++) {
      observeFill(history, pool, START + hour * HOUR_MS, 20 + (2 * hour) / 24 + (random() - 0.5) * 16)
    }
    expect(history.collections).toBe(0)
    expect(history.growth / history.growthDays).toBeGreaterThan(1)
    expect(history.growth / history.growthDays).toBeLessThan(3)
  })

  it('are left out where one jumps and the next is back', () => {
    const [history, pool] = [createFillHistory(), createFillPool()]
    for (let hour = 0; hour < 240; hour++) {
      const level = hour % 50 === 30 ? 100 : hour % 50 === 40 ? 0 : 30 + hour / 24
      observeFill(history, pool, START + hour * HOUR_MS, level)
    }
    expect(history.collections).toBe(0)
    expect(history.growth / history.growthDays).toBeCloseTo(1, 1)
  })

  it('are believed where a jump is confirmed', () => {
    const [history, pool] = [createFillHistory(), createFillPool()]
    for (const [hour, level] of [70, 70, 0, 1].entries())
      observeFill(history, pool, START + hour * HOUR_MS, level)
    expect(history.collections).toBeGreaterThan(0)
    expect(history.collectedTime).toBe(START + 2 * HOUR_MS)
    expect(history.fillPercent).toBe(1)
  })

  it('teach no rate over a gap of weeks, and forecasts go on after it', () => {
    const [history, pool] = [createFillHistory(), createFillPool()]
    const from = fillEvenly(history, pool, { ratePercent: 12, hours: 24 * 30 })
    const days = history.growthDays
    observeFill(history, pool, START + (from + 24 * 35) * HOUR_MS, 50)
    expect(history.growthDays).toBe(days)
    expect(history.pending.every(({ time }) => time === history.time)).toBe(true)
    expect(ask1(history, pool, 1).expectedPercent).toBeGreaterThan(52)
    expect(ask1(history, pool, 1).expectedPercent).toBeLessThan(75)
  })

  it('that stick for weeks lower what is expected', () => {
    const [history, pool] = [createFillHistory(), createFillPool()]
    const from = fillEvenly(history, pool, { ratePercent: 12, hours: 24 * 60 })
    const before = ask1(history, pool, 1)
    const level = history.fillPercent
    for (let hour = 0; hour < 24 * 21; hour += 6) {
      observeFill(history, pool, START + (from + hour) * HOUR_MS, level)
    }
    const after = ask1(history, pool, 1)
    expect(after.expectedPercent - level).toBeLessThan((before.expectedPercent - level) / 2)
  })

  it('out of order, or without a level, change nothing', () => {
    const [history, pool] = [createFillHistory(), createFillPool()]
    fillEvenly(history, pool, { ratePercent: 12, hours: 240 })
    const before = structuredClone({ history, pool })
    observeFill(history, pool, START + HOUR_MS, 90)
    observeFill(history, pool, history.time as number, 90)
    observeFill(history, pool, START + 300 * HOUR_MS, Number.NaN)
    expect({ history, pool }).toEqual(before)
  })

  it('show the rhythm of the day', () => {
    const [history, pool] = [createFillHistory(), createFillPool()]
    let level = 0
    for (let hour = 0; hour < 24 * 120; hour++) {
      level += 12 * shareOfHour(hour)
      if (level > 90) level = 0
      observeFill(history, pool, START + hour * HOUR_MS, level)
    }
    const growthBetween = (start: number, end: number): number => {
      const hours = Array.from(
        { length: 7 * (end - start) },
        (_, index) => 24 * (index % 7) + start + Math.floor(index / 7),
      )
      return hours.reduce(
        (sum, hour) => sum + (history.weekGrowth[hour] as number) / (history.weekHours[hour] as number),
        0,
      )
    }
    expect(growthBetween(9, 20) / growthBetween(0, 7)).toBeGreaterThan(2)
  })

  it('are shown on the steps of a coarse scale', () => {
    const { history, pool } = learnTown({ everyHours: 24, days: 60, show: showSixSteps })
    for (const { lowPercent, highPercent, levels } of ask(history, pool, { assumption: 'as-usual' })) {
      expect([lowPercent % 20, highPercent % 20]).toEqual([0, 0])
      expect(levels.map(({ levelPercent }) => levelPercent)).toEqual([20, 40, 60, 80, 100])
    }
  })

  it('keep about four kilobytes of numbers, however many they are', () => {
    const { history } = learnTown({ everyHours: 1, days: 120, show: showFine })
    const arrays = history.days.byteLength + history.weekGrowth.byteLength + history.weekHours.byteLength
    const pending = history.pending.length * ((history.pending[0]?.packed.length ?? 0) + 12) * 8
    expect(history.pending.length).toBeLessThanOrEqual(9)
    expect(arrays + pending).toBeLessThan(4_500)
  })
})
