import { expect, test } from 'vitest'
import { serviceDateSchema } from '../../model/service-date.ts'

test('a day of service comes with hyphens or without', () => {
  expect(serviceDateSchema.parse('20260216')).toBe('20260216')
  expect(serviceDateSchema.parse('2028-02-29')).toBe('20280229')
})

test('a day that no calendar has is refused, since nothing would ever run on it', () => {
  for (const text of ['20260231', '20260229', '20261301', '20260000', '2026021', 'monday']) {
    expect(serviceDateSchema.safeParse(text).success, text).toBe(false)
  }
})
