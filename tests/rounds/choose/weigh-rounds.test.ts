import { expect, it } from 'vitest'
import { expectValue } from '../../../rounds/choose/value-levels.ts'
import { foreseeBin, weighBin } from '../../../rounds/choose/weigh-bin.ts'
import { type RoundCosts, weighRounds } from '../../../rounds/choose/weigh-rounds.ts'
import type { FillForecast } from '../../../rounds/forecast/fill-forecast.ts'
import { forecastFill } from '../../../rounds/forecast/forecast-fill.ts'
import { watchBin } from './watch-bin.ts'

const DAY_MS = 86_400_000
const PRICES = { visitCost: 2, overflowCostPerDay: 12 }

function weigh(bin: { rate: number; level: number }, roundCount: number, days = 1): RoundCosts {
  const { history, pool, now } = watchBin(bin)
  const times = { now, nextRoundTime: now + days * DAY_MS }
  const outlook = foreseeBin(history, pool, { ...times, prices: PRICES })
  return weighRounds(history, pool, { ...times, outlook, roundCount })
}

it('of one round alone, leaving the bin costs what a visit is worth', () => {
  const { history, pool, now } = watchBin({ rate: 12, level: 70 })
  const times = { now, nextRoundTime: now + 2 * DAY_MS }
  const outlook = foreseeBin(history, pool, { ...times, prices: PRICES })
  const { prize } = weighBin(history, pool, { ...times, outlook, mustEmpty: false })
  expect(prize).toBeGreaterThan(0)
  expect(weighRounds(history, pool, { ...times, outlook, roundCount: 1 })).toEqual({
    byRound: [0],
    left: expect.closeTo(prize, 9),
  })
})

it('adds up the days of overflow before each round, less what putting a visit off saves', () => {
  const { history, pool, now } = watchBin({ rate: 14, level: 65 })
  const times = { now, nextRoundTime: now + 2 * DAY_MS }
  const outlook = foreseeBin(history, pool, { ...times, prices: PRICES })
  const forecasts = forecastFill(history, pool, {
    now,
    times: [1, 2, 3, 4, 5, 6].map((day) => now + day * DAY_MS),
    thresholdPercent: 100,
    assumption: 'nobody-empties',
  })
  const [a, b, c, d, e, f] = forecasts.map(({ chanceOfOverflow }) => 12 * chanceOfOverflow) as number[] &
    [number, number, number, number, number, number]
  const saved = outlook.emptiedCost
  const atEnd = expectValue(outlook.values, forecasts.at(-1) as FillForecast)
  const costs = [0, a + b - saved, a + b + c + d - 2 * saved]
  const left = a + b + c + d + e + f + atEnd - 3 * saved
  const least = Math.min(...costs)
  const { byRound, left: leftCost } = weighRounds(history, pool, { ...times, outlook, roundCount: 3 })
  expect(byRound).toEqual(costs.map((cost) => expect.closeTo(cost - least, 9)))
  expect(leftCost).toBeCloseTo(left - least, 9)
})

it('a full bin is best emptied at once, and a low one later or not at all', () => {
  const full = weigh({ rate: 12, level: 100 }, 4)
  expect(full.byRound).toEqual(full.byRound.toSorted((a, b) => a - b))
  expect(full.byRound[0]).toBe(0)
  const low = weigh({ rate: 6, level: 20 }, 4)
  expect(low.byRound.at(-1)).toBe(0)
  expect(low.left).toBeLessThan(full.left)
  for (const { byRound } of [full, low]) expect(Math.min(...byRound)).toBe(0)
})
