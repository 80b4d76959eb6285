import { expect, test } from 'vitest'
import { findUsualEmptying } from '../../../rounds/forecast/emptying-hours.ts'
import { createFillHistory, type FillHistory } from '../../../rounds/forecast/fill-history.ts'
import { createFillPool, type FillPool } from '../../../rounds/forecast/fill-pool.ts'
import { forecastFill } from '../../../rounds/forecast/forecast-fill.ts'
import { observeFill } from '../../../rounds/forecast/observe-fill.ts'
import { DAY_MS, HOUR_MS, START } from './bin-town.ts'

/** A bin that fills by 80 % from one emptying to the next, which comes every other day in an hour that may depend on the day. */
function watchBin(
  hourOf: (day: number) => number,
  { days = 28, everyHours = 1 } = {},
): { history: FillHistory; pool: FillPool } {
  const [history, pool] = [createFillHistory(), createFillPool()]
  let level = 0
  for (let hour = 0; hour < days * 24; hour++) {
    const day = Math.floor(hour / 24)
    level = day % 2 === 0 && hour % 24 === hourOf(day) ? 0 : level + 80 / 48
    if (hour % everyHours === 0) observeFill(history, pool, START + hour * HOUR_MS + 1, level)
  }
  return { history, pool }
}

const END = START + 28 * DAY_MS
const hoursUntil = (time: number | undefined): number | undefined => time && (time - END) / HOUR_MS

test('a bin is usually emptied in the hours in which it was, whatever the day, from the reading before', () => {
  const { history } = watchBin(() => 9)
  // It was emptied between the readings of eight and nine.
  expect(hoursUntil(findUsualEmptying(history, END))).toBe(8)
  expect(hoursUntil(findUsualEmptying(history, END + 8.4 * HOUR_MS))).toBe(8.4)
  expect(hoursUntil(findUsualEmptying(history, END + 9.9 * HOUR_MS))).toBe(9.9)
  expect(hoursUntil(findUsualEmptying(history, END + 10 * HOUR_MS))).toBe(32)
})

test('an hour in which it was emptied but once in a long time is none', () => {
  const { history } = watchBin((day) => (day === 2 ? 5 : 9), { days: 90 })
  const now = START + 90 * DAY_MS
  expect(findUsualEmptying(history, now)).toBe(now + 8 * HOUR_MS)
})

test('no hours are known before two collections, or of readings that are half a day and more apart', () => {
  expect(findUsualEmptying(createFillHistory(), END)).toBeUndefined()
  expect(findUsualEmptying(watchBin(() => 9, { days: 4 }).history, END)).toBeUndefined()
  expect(findUsualEmptying(watchBin(() => 9, { everyHours: 24 }).history, END)).toBeUndefined()
  expect(hoursUntil(findUsualEmptying(watchBin(() => 9, { everyHours: 6 }).history, END))).toBe(6)
})

test('a forecast until it is emptied ends there, and is that of a bin that nobody empties before', () => {
  const { history, pool } = watchBin(() => 9)
  const ask = (time: number, assumption: 'until-emptied' | 'nobody-empties') =>
    forecastFill(history, pool, { now: END, times: [time], thresholdPercent: 75, assumption })[0]
  const emptied = END + 8 * HOUR_MS
  expect(ask(END + 30 * HOUR_MS, 'until-emptied')).toEqual(ask(emptied, 'nobody-empties'))
  expect(ask(END + 3 * HOUR_MS, 'until-emptied')).toEqual(ask(END + 3 * HOUR_MS, 'nobody-empties'))
})
