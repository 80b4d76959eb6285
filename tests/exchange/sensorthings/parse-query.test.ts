import { expect, test } from 'vitest'
import { parsePath, writePath } from '../../../exchange/sensorthings/parse-path.ts'
import { parseQuery } from '../../../exchange/sensorthings/parse-query.ts'
import { KerbsideError } from '../../../model/error.ts'
import { createRandom } from '../../../model/random.ts'

test('"and" binds closer than "or", "not" closer than either, and sums come before comparisons', () => {
  const { filter } = parseQuery('Observation', {
    $filter: 'result eq 1 or not result gt 2 and result lt 1 add 2 mul 3',
  })
  const path = { type: 'path', navigations: [], of: 'Observation', property: 'result', within: [] }
  const number = (value: number) => ({ type: 'literal', value })
  expect(filter).toEqual({
    type: 'or',
    operands: [
      { type: 'compare', operator: 'eq', left: path, right: number(1) },
      {
        type: 'and',
        operands: [
          { type: 'compare', operator: 'gt', left: { type: 'not', operand: path }, right: number(2) },
          {
            type: 'compare',
            operator: 'lt',
            left: path,
            right: {
              type: 'compute',
              operator: 'add',
              left: number(1),
              right: { type: 'compute', operator: 'mul', left: number(2), right: number(3) },
            },
          },
        ],
      },
    ],
  })
})

test('an id is anything within apostrophes, and is written as it was read', () => {
  for (const id of ["it's", 'a/b', "''", 'lane:1,direction:north east', '%27']) {
    const written = decodeURIComponent(writePath({ type: 'Thing', id }))
    expect(parsePath([written])?.steps[0]?.id).toBe(id)
  }
})

test('whatever is asked for is understood or refused, and never fails otherwise', () => {
  const random = createRandom(7)
  const words = [
    'name',
    'eq',
    "'x'",
    '(',
    ')',
    ',',
    ';',
    '/',
    '$top=1',
    'Datastreams',
    'and',
    'not',
    '5',
    ' ',
    ' ',
    'now()',
    '2026-02-16T00:00:00Z',
    'geography',
    "'",
    '@iot.id',
    'Observations',
    '$filter=',
  ]
  let refused = 0
  for (let round = 0; round < 5_000; round += 1) {
    const text = Array.from(
      { length: 1 + Math.floor(random() * 12) },
      () => words[Math.floor(random() * words.length)],
    ).join('')
    for (const option of ['$filter', '$orderby', '$select', '$expand'] as const) {
      try {
        parseQuery('Thing', { [option]: text })
      } catch (error) {
        expect(error, text).toBeInstanceOf(KerbsideError)
        expect((error as KerbsideError).faults[0]?.path, text).toBe(option)
        refused += 1
      }
    }
  }
  expect(refused).toBeGreaterThan(10_000)
})
