import { expect, test } from 'vitest'
import type { Departure } from '../../model/departure.ts'
import { compareLines } from '../../signs/compare-lines.ts'
import { readBoardLine } from '../../signs/read-board-line.ts'

const NOW = Date.parse('2026-02-17T09:30:00Z')

function departure(id: string, line: string, headsign: string, minutes: number, isLive = true): Departure {
  const time = NOW + minutes * 60_000
  return {
    departureId: id,
    tripId: id,
    routeId: line,
    routeShortName: line,
    headsign,
    aimedDepartureTime: isLive ? time - 120_000 : time,
    expectedDepartureTime: isLive ? time : null,
    earliestTime: null,
    latestTime: null,
    state: isLive ? 'live' : 'timetable',
    ageSeconds: isLive ? 3 : null,
    vehicleId: null,
  }
}

const BOARD = [
  departure('a', '123A', 'East Killingham', 2.4),
  departure('b', 'X17', 'Batchampton', 7.2),
  departure('c', '123A', 'East Killingham', 55, false),
]

function compare(lines: readonly string[], more: { departures?: Departure[]; unsettled?: Departure[] } = {}) {
  const formatLocal = (time: number): string => new Date(time).toISOString().slice(11, 16)
  const board = {
    departures: BOARD,
    unsettled: [],
    texts: ['No delays reported', 'High Street'],
    formatLocal,
    ...more,
  }
  return compareLines(lines, board, NOW).map(({ reason, line, departureId }) => [reason, line ?? departureId])
}

test.each([
  ['123A East Killingham 2min', '123a east killingham', { type: 'minutes', minutes: 2 }],
  ['X17 Batchampton Due', 'x17 batchampton', { type: 'minutes', minutes: 0 }],
  ['1. X17 Batchampton ... 7 mins', 'x17 batchampton', { type: 'minutes', minutes: 7 }],
  ['123A East Killingham 1025', '123a east killingham', { type: 'clock', clock: '10:25' }],
  ['X17 Batchampton exp 9:05', 'x17 batchampton', { type: 'clock', clock: '09:05' }],
  ['X17 Batchampton Cancelled', 'x17 batchampton', { type: 'cancelled' }],
  ['10:25', '', { type: 'clock', clock: '10:25' }],
  ['High Street', 'high street', { type: 'none' }],
])('a sign’s line %s is read', (line, text, shown) => {
  expect(readBoardLine(line)).toEqual({ text, shown })
})

test('a sign that shows what leaves, in its own words, agrees', () => {
  expect(compare(['123A East Killingham 2min', 'X17 Batchampton 7min', 'No delays reported '])).toEqual([])
  expect(
    compare(['High Street', '123A East Kill 09:32', 'X17 Batch 8 min', '123A East Kill 1025', '09:30']),
  ).toEqual([])
  expect(compare(['123A East Killingham 2 min'])).toEqual([])
  expect(compare([], { departures: [] })).toEqual([])
})

test('a bus that has left, another stop’s buses and a wrong time are told', () => {
  expect(compare(['99 Somewhere 3 min', '123A East Killingham 2 min'])).toEqual([
    ['unexpected_line', '99 Somewhere 3 min'],
  ])
  expect(compare(['123A East Killingham 9 min', 'X17 Batchampton 7 min'])).toEqual([
    ['wrong_time', '123A East Killingham 9 min'],
  ])
  expect(compare(['X17 Batchampton 7 min'])).toEqual([['missing_departure', 'a']])
  expect(compare([])).toEqual([['missing_departure', 'a']])
})

test('a cancelled bus has to be shown as one', () => {
  const [a, b] = BOARD as [Departure, Departure]
  const departures = [{ ...a, state: 'cancelled' as const, expectedDepartureTime: null }, b]
  expect(compare(['123A East Killingham Cancelled', 'X17 Batchampton 7 min'], { departures })).toEqual([])
  expect(compare(['123A East Killingham 0930', 'X17 Batchampton 7 min'], { departures })).toEqual([
    ['wrong_time', '123A East Killingham 0930'],
  ])
})

test('what has just changed may be shown as it was', () => {
  const [a, b] = BOARD as [Departure, Departure]
  const gone = departure('z', '5', 'Gone', 0)
  expect(compare(['5 Gone Due', '123A East Killingham 2 min'], { unsettled: [gone] })).toEqual([])
  expect(compare(['X17 Batchampton 7 min'], { unsettled: [a] })).toEqual([])
  expect(compare(['123A East Killingham 2 min', 'X17 Batchampton 12 min'], { unsettled: [b] })).toEqual([])
})

test('of two that leave in the same minute a sign may leave out either', () => {
  const [a, b] = [departure('a', '5', 'Mill Lane', 4), departure('b', '6', 'Mill Lane', 4.5)]
  expect(compare(['6 Mill Lane 4 min'], { departures: [a, b] })).toEqual([])
})
