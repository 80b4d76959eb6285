import { expect, test } from 'vitest'
import { createStreetRatio } from '../../../transit/predict/street-ratio.ts'
import { MINUTE, openTown } from './town.ts'

const NOW = Date.UTC(2026, 1, 16, 10)
const timetable = openTown()
/** The town's stops stand 0.0072 degrees apart at 51.5; 0.0005 degrees of latitude are 56 m. */
const between = { longitude: 0.0072 * 4.5, latitude: 51.5005 }

test('a link past a counter that is driven at half the usual speed takes the square root of twice as long', () => {
  const ratioOf = createStreetRatio(timetable, [{ ...between, ratio: 2, time: NOW }])
  expect(ratioOf('stop-4', 'stop-5', NOW)).toBeCloseTo(Math.SQRT2)
  expect(ratioOf('stop-5', 'stop-4', NOW)).toBeCloseTo(Math.SQRT2)
  expect(ratioOf('stop-4', 'stop-5', NOW + 30 * MINUTE)).toBeCloseTo(2 ** 0.25)
  expect(ratioOf('stop-4', 'stop-5', NOW + 600 * MINUTE)).toBeCloseTo(1)
})

test('other links, and streets without counters, take what they take', () => {
  const ratioOf = createStreetRatio(timetable, [{ ...between, ratio: 2, time: NOW }])
  expect(ratioOf('stop-5', 'stop-6', NOW)).toBe(1)
  expect(ratioOf('nowhere', 'stop-5', NOW)).toBe(1)
  expect(createStreetRatio(timetable, [])('stop-4', 'stop-5', NOW)).toBe(1)
  const far = createStreetRatio(timetable, [{ ...between, latitude: 51.502, ratio: 2, time: NOW }])
  expect(far('stop-4', 'stop-5', NOW)).toBe(1)
})
