import { expect, test } from 'vitest'
import { listTripsOn } from '../../../transit/timetable/list-trips-on.ts'
import { readTimetable } from '../../../transit/timetable/read-timetable.ts'
import {
  localServiceDate,
  serviceDayStart,
  shiftServiceDate,
} from '../../../transit/timetable/service-day-start.ts'
import { pointOnShape, shapeLength } from '../../../transit/timetable/shape-point.ts'
import { listCallsAt, listRoutesOfStops, tripOfStopTime } from '../../../transit/timetable/stop-calls.ts'
import type { Timetable } from '../../../transit/timetable/timetable.ts'
import { buildGtfs } from '../../fixtures/build-gtfs.ts'

function readTown(): Timetable {
  const { timetable } = readTimetable(buildGtfs())
  if (!timetable) throw new Error('There is no timetable.')
  return timetable
}

const startOf = (timeZone: string, date: string) => new Date(serviceDayStart(timeZone, date)).toISOString()

test('a service day begins at midnight, and an hour beside it where the clock is changed', () => {
  expect(startOf('Europe/London', '20260216')).toBe('2026-02-16T00:00:00.000Z')
  expect(startOf('America/New_York', '20260216')).toBe('2026-02-16T05:00:00.000Z')
  // The day has 23 hours: noon minus twelve is 23:00 of the day before.
  expect(startOf('Europe/London', '20260329')).toBe('2026-03-28T23:00:00.000Z')
  expect(startOf('America/New_York', '20260308')).toBe('2026-03-08T04:00:00.000Z')
  // The day has 25 hours: it is 01:00 of summer time.
  expect(startOf('Europe/London', '20261025')).toBe('2026-10-25T00:00:00.000Z')
  expect(startOf('Pacific/Auckland', '20260927')).toBe('2026-09-26T11:00:00.000Z')
  expect(serviceDayStart('Europe/London', '20260230')).toBeNaN()
})

test('the calendar of a place shows a date of its own', () => {
  expect(localServiceDate('America/New_York', Date.parse('2026-02-16T04:59:59Z'))).toBe('20260215')
  expect(localServiceDate('America/New_York', Date.parse('2026-02-16T05:00:00Z'))).toBe('20260216')
  expect([shiftServiceDate('20260301', -1), shiftServiceDate('20261231', 1)]).toEqual([
    '20260228',
    '20270101',
  ])
})

test('the trips of a date are those whose service runs on it', () => {
  const timetable = readTown()
  const idsOn = (date: string) => listTripsOn(timetable, date).map((trip) => timetable.trips.ids[trip])
  expect(idsOn('20260216')).toHaveLength(3 * 19 * 2)
  expect(idsOn('20260215')).toHaveLength(3 * 9 * 2)
  expect(idsOn('20260215')[0]).toBe('R1-weekend-9-0')
  expect(idsOn('20270216')).toEqual([])
})

test('the calls at a stop are in the order of their departures, each of its trip', () => {
  const timetable = readTown()
  const stop = timetable.stops.indexOf.get('stop-12') ?? -1
  const calls = [...listCallsAt(timetable, stop)]
  const departures = calls.map((call) => timetable.stopTimes.departures[call] ?? 0)
  expect(departures).toEqual(departures.toSorted((a, b) => a - b))
  expect(calls).toHaveLength(2 * 2 * (19 + 9))
  expect(calls.every((call) => timetable.stopTimes.stops[call] === stop)).toBe(true)
  for (const call of calls) {
    const trip = tripOfStopTime(timetable, call)
    expect(call).toBeGreaterThanOrEqual(timetable.trips.firstStopTimes[trip] ?? 0)
    expect(call).toBeLessThan(timetable.trips.firstStopTimes[trip + 1] ?? 0)
  }
  const routes = listRoutesOfStops(timetable)
  expect(routes[stop]?.map((route) => timetable.routes.ids[route])).toEqual(['R1', 'R3'])
  expect(routes[0]?.map((route) => timetable.routes.ids[route])).toEqual(['R1', 'R2'])
})

test('a place on a shape is found by its metres', () => {
  const { shapes } = readTown()
  const shape = shapes.ids.indexOf('S-R1-0')
  // 11 steps of 0.0072 degrees at 51.5 degrees north, on a sphere of 6,371 km.
  expect(shapeLength(shapes, shape)).toBeCloseTo(5_482, 0)
  const [longitude, latitude] = pointOnShape(shapes, shape, shapeLength(shapes, shape) / 2) ?? []
  expect(longitude).toBeCloseTo(6.5 * 0.0072, 6)
  expect(latitude).toBe(51.5)
  expect(pointOnShape(shapes, shape, -5)?.[0]).toBeCloseTo(0.0072, 9)
  expect(pointOnShape(shapes, shape, 1e6)?.[0]).toBeCloseTo(12 * 0.0072, 9)
  expect(pointOnShape(shapes, shapes.count, 0)).toBeUndefined()
})
