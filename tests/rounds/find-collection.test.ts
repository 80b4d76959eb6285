import { expect, test } from 'vitest'
import { findCollection } from '../../rounds/find-collection.ts'

const HOUR_MS = 3_600_000
const START = Date.parse('2026-02-16T00:00:00Z')

/** A reading every so many hours. */
const readings = (levels: readonly number[], hours = 4) =>
  levels.map((fillPercent, index) => ({ time: START + index * hours * HOUR_MS, fillPercent }))

test('a bin that fell was emptied at the reading behind the fall', () => {
  expect(findCollection(readings([80, 90, 3, 4]), START)).toBe(START + 8 * HOUR_MS)
  // Its sensor may have said less than there was.
  expect(findCollection(readings([38, 40, 5]), START)).toBe(START + 8 * HOUR_MS)
})

test('one that fell before, or rises, or wavers, or is read once only, was not', () => {
  expect(findCollection(readings([80, 90, 3, 4]), START + 8 * HOUR_MS)).toBeUndefined()
  expect(findCollection(readings([80, 90, 95]), START)).toBeUndefined()
  expect(findCollection(readings([80, 76, 80, 75]), START)).toBeUndefined()
  expect(findCollection(readings([3]), START - HOUR_MS)).toBeUndefined()
  expect(findCollection([], START)).toBeUndefined()
})

test('a fall within hours waits for another reading to confirm it', () => {
  expect(findCollection(readings([80, 82, 5], 1), START)).toBeUndefined()
  expect(findCollection(readings([80, 82, 5, 81], 1), START)).toBeUndefined()
  expect(findCollection(readings([80, 82, 5, 6], 1), START)).toBe(START + 2 * HOUR_MS)
})
