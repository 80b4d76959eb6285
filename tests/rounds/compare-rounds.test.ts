import { expect, test } from 'vitest'
import type { Round } from '../../model/round.ts'
import { compareRounds } from '../../rounds/compare-rounds.ts'

function createRound(date: string, distanceM: number, durationSeconds: number): Round {
  return {
    id: `${date}-x`,
    status: 'done',
    error: null,
    request: { date },
    createdTime: `${date}T04:00:00Z`,
    revision: 0,
    estimated: true,
    attribution: null,
    cost: 0,
    distanceM,
    durationSeconds,
    lorries: [],
    left: [],
  }
}

test.each([
  ['2026-02-16', 52_000, 20_400, "12 km and 40 minutes less than the day before's"],
  ['2026-02-13', 38_500, 14_340, '1.5 km and 1 hour 1 minute more than that of 2026-02-13'],
  ['2026-02-17', 40_050, 18_010, 'As far and as long as the earlier one of that day, 2026-02-17-x'],
  ['2026-02-10', 38_700, 21_660, '1.3 km more but 1 hour 1 minute less than that of 2026-02-10'],
  ['2026-02-10', 40_000, 14_400, '1 hour more than that of 2026-02-10'],
])('compared with %s, %d m and %d s', (date, distanceM, durationSeconds, summary) => {
  const comparison = compareRounds(
    createRound('2026-02-17', 40_000, 18_000),
    createRound(date, distanceM, durationSeconds),
  )
  expect(comparison.summary).toBe(summary)
})
