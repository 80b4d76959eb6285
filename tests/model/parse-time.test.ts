import { expect, it } from 'vitest'
import { createRandom } from '../../model/random.ts'
import { formatTime, parseTime } from '../../model/time.ts'

it.each([
  ['2026-02-16T15:58:00Z', Date.UTC(2026, 1, 16, 15, 58)],
  ['2026-02-16T15:58:00.007Z', Date.UTC(2026, 1, 16, 15, 58, 0, 7)],
  ['2026-02-16T16:58:00+01:00', Date.UTC(2026, 1, 16, 15, 58)],
  ['2026-02-16 15:58:00.5z', Date.UTC(2026, 1, 16, 15, 58, 0, 500)],
  ['2024-02-29T00:00:00Z', Date.UTC(2024, 1, 29)],
  [1771257480000, 1771257480000],
])('%s is a time', (value, time) => {
  expect(parseTime(value)).toBe(time)
})

it.each([
  '2026-02-29T00:00:00Z',
  '2026-02-30T00:00:00.000Z',
  '2026-04-31T00:00:00+02:00',
  '2026-13-01T00:00:00Z',
  '2026-00-01T00:00:00Z',
  '2026-01-00T00:00:00Z',
  '2026-01-01T25:00:00Z',
  '2026-01-01T00:60:00Z',
  '2026-01-01T00:00:61Z',
  '2026-01-01T00:00:0xZ',
  '2026-01-01T00:00:00.x00Z',
  '2026-01-01T00:00:00',
  '2026-01-01',
  '',
  1.5,
  null,
  undefined,
])('%s is none', (value) => {
  expect(parseTime(value)).toBeUndefined()
})

it('what is formatted is parsed to the same time', () => {
  const seed = Date.now() >>> 0
  const random = createRandom(seed)
  for (let round = 0; round < 10_000; round += 1) {
    const time = Math.floor(random() * Date.UTC(2100, 0, 1))
    expect(parseTime(formatTime(time)), `seed ${seed}`).toBe(time)
  }
})
