import { expect, test } from 'vitest'
import { findOverflows } from '../../bench/alerts/find-overflows.ts'
import type { RaisedAlert } from '../../bench/alerts/watched-town.ts'

const ALERT = { condition: 'bin-overflow', device: 'bin-1', severity: 'warning', summary: '', detail: {} }
const raised = (time: number, clearedTime: number): RaisedAlert => ({
  alert: { ...ALERT, longitude: null, latitude: null } as RaisedAlert['alert'],
  time,
  forecast: undefined,
  clearedTime,
})

test('a bin overflows once between two collections, and was warned of by an alert that was raised before and is open', () => {
  const seen = {
    times: [0, 10, 20, 30, 40, 50, 60, 70, 80, 90],
    levels: [80, 100, 98, 100, 5, 99.7, 2, 90, 100, 100],
  }
  const alerts = [raised(10, 40), raised(44, 60), raised(65, 75)]
  expect(findOverflows(seen, alerts, { from: 0, to: 100 })).toEqual([
    { time: 10, leadMs: undefined },
    { time: 50, leadMs: 6 },
    { time: 80, leadMs: undefined },
  ])
  expect(findOverflows(seen, alerts, { from: 20, to: 80 })).toEqual([{ time: 50, leadMs: 6 }])
})
