import { describe, expect, test } from 'vitest'
import { createRandom } from '../../../model/random.ts'
import { forecastTraffic, type TrafficForecast } from '../../../rounds/traffic/forecast-traffic.ts'
import {
  createTrafficHistory,
  observeTraffic,
  type TrafficHistory,
} from '../../../rounds/traffic/traffic-history.ts'
import { createTrafficPool } from '../../../rounds/traffic/traffic-pool.ts'
import { DAY, HOUR, type SimulatedCounter, simulateCounter, usualCount, WEEK } from './simulate-counter.ts'

/** A Monday. */
const NOW = Date.parse('2026-02-16T00:00:00Z')
const START = NOW - 10 * WEEK

function forecastWeek(history: TrafficHistory, now = NOW, timeZone = 'UTC'): TrafficForecast[] {
  return forecastTraffic(history, undefined, { now, from: now, to: now + WEEK, timeZone })
}

/** Sum of the errors by the sum of what is counted. */
function wapeOf(forecasts: readonly TrafficForecast[], counter: SimulatedCounter, factor = 1): number {
  let apart = 0
  let sum = 0
  for (const { time, count } of forecasts) {
    const usual = usualCount(time, counter) * factor
    apart += Math.abs((count ?? 0) - usual)
    sum += usual
  }
  return apart / sum
}

describe('a forecast of traffic', () => {
  test('is close to the usual week of a noisy counter, hour by hour', () => {
    const forecasts = forecastWeek(simulateCounter(START, NOW, { noise: 0.1 }))
    expect(forecasts).toHaveLength(168)
    expect(forecasts[0]?.time).toBe(NOW)
    expect(wapeOf(forecasts, {})).toBeLessThan(0.04)
  })

  test('does not repeat a holiday a week later', () => {
    const holiday = NOW - 4 * DAY
    const factorAt = (time: number) => (time >= holiday && time < holiday + DAY ? 0.3 : 1)
    const forecasts = forecastWeek(simulateCounter(START, NOW, { factorAt }))
    const weekLater = forecasts.filter(({ time }) => time >= holiday + WEEK && time < holiday + WEEK + DAY)
    expect(weekLater).toHaveLength(24)
    expect(wapeOf(weekLater, {})).toBeLessThan(0.06)
    expect(wapeOf(forecasts, {})).toBeLessThan(0.05)
  })

  test('takes no holiday of yesterday for a lasting change', () => {
    const factorAt = (time: number) => (time >= NOW - DAY ? 0.3 : 1)
    expect(wapeOf(forecastWeek(simulateCounter(START, NOW, { factorAt })), {})).toBeLessThan(0.06)
  })

  test('follows a street that lost half of its traffic a week ago, and one that was opened again', () => {
    for (const factor of [0.5, 20]) {
      const factorAt = (time: number) => (time >= NOW - WEEK ? factor : 1)
      const forecasts = forecastWeek(simulateCounter(START, NOW, { factorAt }))
      expect(wapeOf(forecasts, {}, factor)).toBeLessThan(0.08)
    }
  })

  test('expects what the last hours are above or below the usual for some more hours, and not for a day', () => {
    const now = NOW + 17 * HOUR
    const factorAt = (time: number) => (time >= now - 2 * HOUR ? 0.5 : 1)
    const history = simulateCounter(START, now, { factorAt })
    const ratios = forecastWeek(history, now).map(({ time, count }) => (count ?? 0) / usualCount(time, {}))
    expect(ratios[0]).toBeLessThan(0.8)
    expect(ratios[3]).toBeGreaterThan((ratios[0] ?? 1) + 0.1)
    expect(ratios[20]).toBeGreaterThan(0.9)
  })

  test('lives with gaps of hours and weeks', () => {
    const random = createRandom(3)
    const isLost = new Set(Array.from({ length: 700 }, () => Math.floor(random() * 1_680)))
    const factorAt = (time: number) => {
      const isAway = time >= START + 4 * WEEK && time < START + 6 * WEEK
      return isAway || isLost.has(Math.floor((time - START) / HOUR)) ? Number.NaN : 1
    }
    expect(wapeOf(forecastWeek(simulateCounter(START, NOW, { factorAt })), {})).toBeLessThan(0.05)
  })

  test.each([
    ['Europe/Berlin', '2023-10-30T00:00:00Z'],
    ['America/New_York', '2026-03-09T05:00:00Z'],
    ['Australia/Adelaide', '2026-04-06T00:00:00Z'],
  ])("follows the place's clock when it changes, in %s", (timeZone, changed) => {
    const now = Date.parse(changed)
    const counter = { timeZone, noise: 0 }
    const forecasts = forecastWeek(simulateCounter(now - 8 * WEEK, now, counter), now, timeZone)
    expect(wapeOf(forecasts, counter)).toBeLessThan(0.02)
  })

  test('uses nothing that ended after its time, though the history has it', () => {
    const known = simulateCounter(START, NOW - WEEK, { noise: 0.1 })
    const later = simulateCounter(START, NOW - WEEK, { noise: 0.1 })
    for (let time = NOW - WEEK; time < NOW - WEEK + 3 * DAY; time += HOUR) {
      observeTraffic(later, { time, intervalSeconds: 3600, count: 9_999, meanSpeedKph: 1 })
    }
    expect(forecastWeek(later, NOW - WEEK)).toEqual(forecastWeek(known, NOW - WEEK))
  })

  test('holds about 80 % within its intervals', () => {
    let inside = 0
    let speedsInside = 0
    for (let seed = 1; seed <= 10; seed++) {
      const counter = { noise: 0.15, seed }
      const truth = new Map(
        forecastHours(simulateCounter(START, NOW + WEEK, counter)).map((hour) => [hour.time, hour]),
      )
      for (const forecast of forecastWeek(simulateCounter(START, NOW, counter))) {
        const { count = Number.NaN, meanSpeedKph = Number.NaN } = truth.get(forecast.time) ?? {}
        if (count >= (forecast.countLow ?? 0) && count <= (forecast.countHigh ?? 0)) inside += 1
        const { meanSpeedKphLow, meanSpeedKphHigh } = forecast
        if (meanSpeedKph >= (meanSpeedKphLow ?? 0) && meanSpeedKph <= (meanSpeedKphHigh ?? 0))
          speedsInside += 1
      }
    }
    expect(inside / 1_680).toBeGreaterThan(0.72)
    expect(inside / 1_680).toBeLessThan(0.88)
    expect(speedsInside / 1_680).toBeGreaterThan(0.72)
    expect(speedsInside / 1_680).toBeLessThan(0.9)
  })

  test('of a counter that is four days old has the weekend of its like', () => {
    const others = [1, 2, 3, 4].map((seed) => simulateCounter(START, NOW, { mean: 100 * seed, seed }))
    const pool = createTrafficPool(others, { now: NOW, timeZone: 'UTC' })
    const counter = { mean: 700, seed: 9 }
    const now = NOW + 4 * DAY
    const history = simulateCounter(NOW, now, counter)
    const span = { now, from: now, to: now + WEEK, timeZone: 'UTC' }
    const leaning = wapeOf(forecastTraffic(history, pool, span), counter)
    expect(leaning).toBeLessThan(0.1)
    expect(leaning).toBeLessThan(wapeOf(forecastTraffic(history, undefined, span), counter) / 2)
  })

  test('of a counter without a reading is what others have, with a wide interval, or nothing', () => {
    const others = [1, 2, 3].map((seed) => simulateCounter(START, NOW, { mean: 100 * seed, seed }))
    const pool = createTrafficPool(others, { now: NOW, timeZone: 'UTC' })
    const span = { now: NOW, from: NOW + 8 * HOUR, to: NOW + 9 * HOUR, timeZone: 'UTC' }
    const [forecast] = forecastTraffic(createTrafficHistory(), pool, span)
    expect(forecast?.count).toBeGreaterThan(forecast?.countLow ?? 0)
    expect(forecast?.countHigh).toBeGreaterThan(2 * (forecast?.countLow ?? 0))
    expect(forecastTraffic(createTrafficHistory(), undefined, span)).toEqual([
      {
        time: NOW + 8 * HOUR,
        count: null,
        countLow: null,
        countHigh: null,
        meanSpeedKph: null,
        meanSpeedKphLow: null,
        meanSpeedKphHigh: null,
      },
    ])
  })

  test('of a counter that counts nobody is nobody, and no number is missing', () => {
    const forecasts = forecastWeek(simulateCounter(START, NOW, { factorAt: () => 0 }))
    for (const { count, countLow, countHigh } of forecasts) {
      expect(count).toBe(0)
      expect(countLow).toBe(0)
      expect(countHigh).toBeLessThan(1)
    }
  })

  test('is made of finite numbers whatever one reading says', () => {
    for (const [count, meanSpeedKph] of [
      [0, 0],
      [1, 0],
      [1_000_000, 400],
    ] as const) {
      const history = createTrafficHistory()
      observeTraffic(history, { time: NOW - DAY, intervalSeconds: 3600, count, meanSpeedKph })
      for (const forecast of forecastWeek(history)) {
        for (const value of Object.values(forecast))
          if (value !== null) expect(value).toBeGreaterThanOrEqual(0)
        expect(Number.isFinite(forecast.countHigh)).toBe(true)
      }
    }
  })
})

/** What a history holds, as it would be read back. */
function forecastHours(history: TrafficHistory): { time: number; count: number; meanSpeedKph: number }[] {
  const hours = []
  for (let time = NOW; time < NOW + WEEK; time += HOUR) {
    const index = (time / HOUR) % history.counts.length
    const weight = history.speedWeights[index] as number
    hours.push({
      time,
      count: history.counts[index] as number,
      meanSpeedKph: (history.speedSums[index] as number) / weight,
    })
  }
  return hours
}
