import { describe, expect, test } from 'vitest'
import {
  createTrafficHistory,
  HOURS_KEPT,
  listTrafficHours,
  observeTraffic,
} from '../../../rounds/traffic/traffic-history.ts'
import { HOUR } from './simulate-counter.ts'

const TIME = Date.parse('2026-02-16T08:00:00Z')
const LATER = TIME + 1_000 * HOUR

describe("a counter's history", () => {
  test('adds the lanes up, and weights their speeds by their vehicles', () => {
    const history = createTrafficHistory()
    observeTraffic(history, { time: TIME, intervalSeconds: 3600, count: 30, meanSpeedKph: 40 })
    observeTraffic(history, { time: TIME, intervalSeconds: 3600, count: 10, meanSpeedKph: 80 })
    expect(listTrafficHours(history, LATER)).toEqual([{ hour: TIME / HOUR, count: 40, meanSpeedKph: 50 }])
  })

  test('shares an interval out over the hours that it lies in', () => {
    const history = createTrafficHistory()
    observeTraffic(history, { time: TIME + HOUR / 2, intervalSeconds: 5400, count: 90 })
    const hours = listTrafficHours(history, LATER)
    expect(hours.map(({ hour }) => hour - TIME / HOUR)).toEqual([1])
    // Of the first hour a half is known, which is too little.
    expect(hours[0]?.count).toBeCloseTo(60)
  })

  test('makes up for a lane that failed for a while, and drops an hour of which less is known', () => {
    const history = createTrafficHistory()
    for (let quarter = 0; quarter < 96; quarter++) {
      const time = TIME + quarter * 900_000
      const lostQuarters = quarter >= 40 && quarter < 43 ? 1 : quarter >= 80 && quarter < 84 ? 2 : 0
      for (let lane = 0; lane < 3 - lostQuarters; lane++) {
        observeTraffic(history, { time, intervalSeconds: 900, count: 10 })
      }
    }
    const counts = new Map(
      listTrafficHours(history, LATER).map(({ hour, count }) => [hour - TIME / HOUR, count]),
    )
    expect(counts.get(10)).toBeCloseTo(120)
    expect(counts.has(20)).toBe(false)
    expect(counts.size).toBe(23)
  })

  test('keeps its newest twelve weeks, whatever comes late or far ahead', () => {
    const history = createTrafficHistory()
    for (const hours of [0, 5, HOURS_KEPT + 2, 4, 6]) {
      observeTraffic(history, { time: TIME + hours * HOUR, intervalSeconds: 3600, count: hours })
    }
    const kept = listTrafficHours(history, TIME + 10 * HOURS_KEPT * HOUR)
    expect(kept.map(({ hour }) => hour - TIME / HOUR)).toEqual([4, 5, 6, HOURS_KEPT + 2])
    observeTraffic(history, { time: TIME + 20 * HOURS_KEPT * HOUR, intervalSeconds: 3600, count: 7 })
    expect(listTrafficHours(history, Number.MAX_SAFE_INTEGER).map(({ count }) => count)).toEqual([7])
  })

  test('lists no hour that had not ended', () => {
    const history = createTrafficHistory()
    observeTraffic(history, { time: TIME, intervalSeconds: 3600, count: 5 })
    expect(listTrafficHours(history, TIME + HOUR - 1)).toEqual([])
    expect(listTrafficHours(history, TIME + HOUR)).toHaveLength(1)
  })

  test('is plain data that a worker can be sent', () => {
    const history = createTrafficHistory()
    observeTraffic(history, { time: TIME, count: 5, meanSpeedKph: 30 })
    expect(structuredClone(history)).toEqual(history)
  })
})
