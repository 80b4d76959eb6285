import { expect, test } from 'vitest'
import { createAccuracyCounters } from '../../../transit/accuracy/accuracy-counters.ts'
import { summarizeAccuracy } from '../../../transit/accuracy/summarize-accuracy.ts'

function count(outcomes: readonly { routeId?: string; hour?: number; minutes: number; error: number }[]) {
  const counters = createAccuracyCounters()
  for (const { routeId = 'R1', hour = 8, minutes, error } of outcomes) {
    counters.add({
      routeId,
      hour,
      predictedHorizonSeconds: minutes * 60,
      actualHorizonSeconds: minutes * 60 + error,
      errorSeconds: error,
      isCovered: Math.abs(error) <= 60,
    })
  }
  return summarizeAccuracy(counters.list())
}

test('predictions are good by the bounds of their horizon, and the score is the plain mean of horizons', () => {
  const { overall } = count([
    { minutes: 1, error: 30 },
    { minutes: 1, error: 80 },
    { minutes: 4, error: -100 },
    { minutes: 20, error: 350 },
  ])
  expect(overall).toMatchObject({ predictions: 4, maeSeconds: 140, biasSeconds: 90, coveragePercent: 25 })
  expect(overall.mbta.horizons.map(({ goodPercent }) => goodPercent)).toEqual([50, 0, null, 100])
  expect(overall.mbta.meanPercent).toBe(50)
  expect(overall.mbta.horizons[0]).toMatchObject({ earlySeconds: -60, lateSeconds: 60, predictions: 2 })
  // By the actual horizon: 80 s late is good there, who came after 140 s is in the first, and 26 minutes are in none.
  expect(overall.transitApp.horizons.map(({ goodPercent }) => goodPercent)).toEqual([66.7, null, null, null])
})

test('routes and hours are told apart', () => {
  const report = count([
    { routeId: 'R2', hour: 7, minutes: 2, error: 10 },
    { routeId: 'R1', hour: 17, minutes: 2, error: 30 },
    { routeId: 'R1', hour: 7, minutes: 2, error: 50 },
  ])
  expect(report.routes.map(({ routeId, maeSeconds }) => [routeId, maeSeconds])).toEqual([
    ['R1', 40],
    ['R2', 10],
  ])
  expect(report.hours.map(({ hour, maeSeconds }) => [hour, maeSeconds])).toEqual([
    [7, 30],
    [17, 30],
  ])
})

test('of nothing nothing is said', () => {
  const { overall, routes, hours } = summarizeAccuracy([])
  expect(overall).toMatchObject({ predictions: 0, maeSeconds: null, coveragePercent: null })
  expect(overall.mbta.meanPercent).toBeNull()
  expect([routes, hours]).toEqual([[], []])
})
