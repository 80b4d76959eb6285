import { expect, test } from 'vitest'
import { findSide, measureDegrees, parseWkt } from '../../../exchange/sensorthings/geometry.ts'

const SQUARE_WITH_HOLE = 'POLYGON((0 0, 10 0, 10 10, 0 10, 0 0), (4 4, 6 4, 6 6, 4 6, 4 4))'

test.each([
  ['POINT (30 10)', { type: 'Point', coordinates: [30, 10] }],
  ['point(-1.5 2e1)', { type: 'Point', coordinates: [-1.5, 20] }],
  ['POINT Z (1 2 3)', { type: 'Point', coordinates: [1, 2] }],
  ['SRID=4326;POINT(1 2)', { type: 'Point', coordinates: [1, 2] }],
  [
    'LINESTRING(0 0, 1 1)',
    {
      type: 'LineString',
      coordinates: [
        [0, 0],
        [1, 1],
      ],
    },
  ],
  [
    'POLYGON((0 0,1 0,1 1,0 0))',
    {
      type: 'Polygon',
      coordinates: [
        [
          [0, 0],
          [1, 0],
          [1, 1],
          [0, 0],
        ],
      ],
    },
  ],
])('%s is a geometry', (text, expected) => {
  expect(parseWkt(text)).toEqual(expected)
})

test.each([
  '',
  'POINT',
  'POINT()',
  'POINT(1)',
  'POINT(1 2, 3 4)',
  'POINT(a b)',
  'LINESTRING(0 0)',
  'POLYGON((0 0, 1 0, 1 1))',
  'POLYGON((0 0, 1 0, 1 1, 0 1))',
  'POLYGON(0 0, 1 0, 1 1, 0 0)',
  'POLYGON((0 0, 1 0, 1 1, 0 0)',
  'CIRCLE(0 0)',
])('%j is none', (text) => {
  expect(parseWkt(text)).toBeUndefined()
})

test.each([
  [[1, 1], SQUARE_WITH_HOLE, 'inside', 0],
  [[5, 5], SQUARE_WITH_HOLE, 'outside', 1],
  [[4, 5], SQUARE_WITH_HOLE, 'border', 0],
  [[10, 3], SQUARE_WITH_HOLE, 'border', 0],
  [[0, 0], SQUARE_WITH_HOLE, 'border', 0],
  [[13, 14], SQUARE_WITH_HOLE, 'outside', 5],
  [[1, 1], 'LINESTRING(0 0, 2 2)', 'inside', 0],
  [[0, 0], 'LINESTRING(0 0, 2 2)', 'border', 0],
  [[3, 0], 'LINESTRING(0 0, 0 5)', 'outside', 3],
  [[1, 2], 'POINT(1 2)', 'inside', 0],
] as const)('%j is to %s: %s, at %d degrees', (point, text, side, distance) => {
  const geometry = parseWkt(text) ?? expect.fail(text)
  expect(findSide(point, geometry)).toBe(side)
  expect(measureDegrees(point, geometry)).toBeCloseTo(distance, 12)
})
