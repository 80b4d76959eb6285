import { describe, expect, test } from 'vitest'
import { projectOnShape } from '../../../transit/progress/project-on-shape.ts'
import type { Shapes } from '../../../transit/timetable/timetable.ts'

/** 1,000 m to the east at the equator and back, 11 m further north. */
const METRE = 1 / 111_195
const shapes: Shapes = {
  count: 1,
  ids: ['there-and-back'],
  firstPoints: Uint32Array.of(0, 4),
  longitudes: Float64Array.of(0, 1000 * METRE, 1000 * METRE, 0),
  latitudes: Float64Array.of(0, 0, 11 * METRE, 11 * METRE),
  distances: Float32Array.of(0, 1000, 1011, 2011),
}

describe('a position on a shape', () => {
  test('is the nearest place along it, and how far beside it the position is', () => {
    const place = projectOnShape(shapes, 0, 400 * METRE, -30 * METRE)
    expect(place?.distanceM).toBeCloseTo(400, 0)
    expect(place?.offsetM).toBeCloseTo(30, 0)
  })

  test('is its first or last point for one that is beyond it', () => {
    expect(projectOnShape(shapes, 0, -50 * METRE, 0)).toMatchObject({ distanceM: 0 })
  })

  test('is of the pass that is in the window, where the shape comes by twice', () => {
    expect(projectOnShape(shapes, 0, 400 * METRE, 2 * METRE)?.distanceM).toBeCloseTo(400, 0)
    const back = projectOnShape(shapes, 0, 400 * METRE, 2 * METRE, { fromM: 1100, toM: 2011 })
    expect(back?.distanceM).toBeCloseTo(1611, 0)
    expect(projectOnShape(shapes, 0, 0, 0, { fromM: 5000, toM: 6000 })).toBeUndefined()
  })

  test('is nowhere on a shape that is not there', () => {
    expect(projectOnShape(shapes, 7, 0, 0)).toBeUndefined()
  })
})
