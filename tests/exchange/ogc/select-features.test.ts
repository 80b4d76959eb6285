import { describe, expect, test } from 'vitest'
import type { OgcFeature } from '../../../exchange/ogc/feature.ts'
import { parseBoundingBox, parseDatetime } from '../../../exchange/ogc/parse-parameters.ts'
import { selectFeatures } from '../../../exchange/ogc/select-features.ts'

const feature = (
  id: string,
  coordinates: readonly number[] | null,
  properties: Record<string, unknown> = {},
): OgcFeature => ({
  type: 'Feature',
  id,
  geometry: coordinates && { type: 'Point', coordinates },
  properties,
})
const FEATURES = [
  feature('a', [-1.5, 53.8], { time: '2026-02-16T10:00:00.000Z', isSilent: false, name: 'Quay' }),
  feature('b', [179, -20], { time: '2026-02-16T11:00:00.000Z', isSilent: true, name: null }),
  feature('c', [-179, -20], { time: null, isSilent: true, name: 'Quay' }),
  feature('d', null, { name: 'Mill' }),
]
const idsOf = (query: Partial<Parameters<typeof selectFeatures>[1]>) =>
  selectFeatures(FEATURES, { limit: 10, properties: [], ...query }).items.map(({ id }) => id)

describe('features are chosen', () => {
  test('by a box, also over the 180th meridian; what has no place is in none', () => {
    expect(idsOf({ bbox: [-2, 53, -1, 54] })).toEqual(['a'])
    expect(idsOf({ bbox: [170, -30, -170, 0] })).toEqual(['b', 'c'])
    expect(idsOf({ bbox: [-180, -90, 180, 90] })).toEqual(['a', 'b', 'c'])
  })

  test('by their time, of which both ends are in; what has none by nature is not', () => {
    const at = (text: string) => idsOf({ datetime: parseDatetime(text) })
    expect(at('2026-02-16T10:00:00Z')).toEqual(['a', 'd'])
    expect(at('2026-02-16T10:00:00Z/2026-02-16T11:00:00Z')).toEqual(['a', 'b', 'd'])
    expect(at('../2026-02-16T10:30:00Z')).toEqual(['a', 'd'])
    expect(at('2026-02-16T10:30:00+00:00/')).toEqual(['b', 'd'])
  })

  test('by their properties, all of them', () => {
    expect(idsOf({ properties: [['name', 'Quay']] })).toEqual(['a', 'c'])
    expect(
      idsOf({
        properties: [
          ['name', 'Quay'],
          ['isSilent', 'true'],
        ],
      }),
    ).toEqual(['c'])
    expect(idsOf({ properties: [['name', 'null']] })).toEqual([])
  })

  test('in pages that tell how many there are in all', () => {
    const query = { limit: 3, properties: [] }
    const first = selectFeatures(FEATURES, query)
    expect(first).toMatchObject({ matched: 4, next: 'c' })
    const second = selectFeatures(FEATURES, { ...query, after: 'c' })
    expect(second).toMatchObject({ matched: 4, next: undefined, items: [{ id: 'd' }] })
  })
})

test.each([
  '1,2,3',
  '1,2,3,4,5',
  'a,b,c,d',
  '',
  ',,,',
  '1,9,3,4',
  '1,-91,3,4',
  '-181,0,0,1',
  '1,2,3,NaN',
  '0x1,2,3,4',
])('%j is no bounding box', (text) => expect(parseBoundingBox(text)).toBeUndefined())

test('a bounding box may have heights, which are left out', () => {
  expect(parseBoundingBox('1,2,-5,3,4,900.5')).toEqual([1, 2, 3, 4])
  expect(parseBoundingBox('-1e1,.5,+3, 4')).toEqual([-10, 0.5, 3, 4])
})

test.each([
  '',
  '..',
  '/',
  '../..',
  'yesterday',
  '2026-02-16',
  '2026-02-16T12:00:00Z/2026-02-16T11:00:00Z',
  '1/2/3',
])('%j is no time span', (text) => expect(parseDatetime(text)).toBeUndefined())
