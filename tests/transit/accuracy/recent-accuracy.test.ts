import { expect, test } from 'vitest'
import type { JudgedPrediction } from '../../../model/judged-prediction.ts'
import { createRecentAccuracy } from '../../../transit/accuracy/recent-accuracy.ts'

const NOW = Date.parse('2026-02-16T12:00:00Z')
const MINUTE_MS = 60_000

function judge(horizonSeconds: number, errorSeconds: number): JudgedPrediction {
  return { horizonSeconds, errorSeconds } as JudgedPrediction
}

test('predictions are counted by how far ahead they were, against the bounds of that', () => {
  const recent = createRecentAccuracy()
  for (const error of [-30, 90]) recent.add(judge(120, error), NOW)
  recent.add(judge(1_000, 300), NOW)
  // Further ahead than anybody judges.
  recent.add(judge(3_000, 0), NOW)
  expect(recent.list(NOW)).toEqual([
    { fromMinutes: 0, toMinutes: 3, predictions: 2, maeSeconds: 60, biasSeconds: 30, withinPercent: 50 },
    { fromMinutes: 12, toMinutes: 30, predictions: 1, maeSeconds: 300, biasSeconds: 300, withinPercent: 100 },
  ])
})

test('they are forgotten after an hour', () => {
  const recent = createRecentAccuracy()
  recent.add(judge(60, 10), NOW)
  recent.add(judge(60, 30), NOW + 30 * MINUTE_MS)
  expect(recent.list(NOW + 59 * MINUTE_MS)[0]?.predictions).toBe(2)
  expect(recent.list(NOW + 60 * MINUTE_MS)[0]?.maeSeconds).toBe(30)
  expect(recent.list(NOW + 90 * MINUTE_MS)).toEqual([])
})
