import { describe, expect, it } from 'vitest'
import { drawCurve } from '../../../bench/rounds/draw-curve.ts'
import type { Outcome } from '../../../bench/rounds/simulate.ts'

function draw(
  dials: readonly number[],
  first: number,
  overflowAt: (dial: number) => number,
  halve?: (low: number, high: number) => number,
): number[] {
  const run = (dial: number): Outcome => ({
    km: 1,
    lifts: 1,
    crewHours: 1,
    overflowPercent: overflowAt(dial),
  })
  return drawCurve({ dials, first, halve, comparedPercent: 2 }, run).map(({ dial }) => dial)
}

describe('drawing a curve', () => {
  const dials = [1, 2, 3, 4, 5, 6, 7]

  it('goes up the dial to the compared share where overflow rises with it, and down where it falls', () => {
    expect(draw(dials, 0, (dial) => dial / 2)).toEqual([1, 2, 3, 4])
    expect(draw(dials, 5, (dial) => 10 - 3 * dial)).toEqual([2, 3, 4, 5, 6, 7])
  })

  it('draws a point beyond the two around the compared share', () => {
    expect(draw(dials, 2, (dial) => dial - 1.5)).toEqual([3, 4, 5])
    expect(draw(dials, 5, (dial) => dial - 4.5)).toEqual([5, 6, 7])
  })

  it('draws a point half-way between the two around the compared share, where the dial has one', () => {
    const halve = (low: number, high: number): number => (low + high) / 2
    expect(draw(dials, 0, (dial) => dial / 2 + 0.2, halve)).toEqual([1, 2, 3, 3.5, 4])
    expect(draw(dials, 5, (dial) => 10.5 - 3 * dial, halve)).toEqual([2, 2.5, 3, 4, 5, 6, 7])
    expect(draw(dials, 4, () => 5, halve)).toEqual([1, 2, 3, 4, 5, 6])
  })

  it('ends where the dial does', () => {
    expect(draw(dials, 4, () => 5)).toEqual([1, 2, 3, 4, 5, 6])
    expect(draw([1, 2], 0, (dial) => dial)).toEqual([1, 2])
  })
})
