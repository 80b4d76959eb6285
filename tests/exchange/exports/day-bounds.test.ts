import { expect, test } from 'vitest'
import { addDays, boundsOfDay, dateAt } from '../../../exchange/exports/day-bounds.ts'

test.each([
  ['2026-02-16', 'UTC', '2026-02-16T00:00:00Z', 24],
  ['2026-02-16', 'Europe/London', '2026-02-16T00:00:00Z', 24],
  ['2026-03-29', 'Europe/London', '2026-03-29T00:00:00Z', 23],
  ['2026-10-25', 'Europe/London', '2026-10-24T23:00:00Z', 25],
  ['2026-07-01', 'Pacific/Kiritimati', '2026-06-30T10:00:00Z', 24],
  ['2026-07-01', 'Pacific/Pago_Pago', '2026-07-01T11:00:00Z', 24],
  // Here clocks went from midnight to one, and from midnight back to eleven.
  ['2018-11-04', 'America/Sao_Paulo', '2018-11-04T03:00:00Z', 23],
  ['2018-02-17', 'America/Sao_Paulo', '2018-02-17T02:00:00Z', 25],
  ['2018-02-18', 'America/Sao_Paulo', '2018-02-18T03:00:00Z', 24],
])('the day %s in %s begins at %s and has %d hours', (date, timeZone, from, hours) => {
  const bounds = boundsOfDay(date, timeZone)
  expect(new Date(bounds.from).toISOString()).toBe(new Date(from).toISOString())
  expect((bounds.to - bounds.from) / 3_600_000).toBe(hours)
  expect(dateAt(bounds.from, timeZone)).toBe(date)
  expect(dateAt(bounds.to - 1, timeZone)).toBe(date)
  expect(dateAt(bounds.to, timeZone)).toBe(addDays(date, 1))
})
