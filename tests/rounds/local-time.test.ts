import { expect, it } from 'vitest'
import { localTime } from '../../rounds/local-time.ts'

function utc(date: string, timeOfDay: string, timeZone: string): string {
  return new Date(localTime(date, timeOfDay, timeZone)).toISOString()
}

it('reads a time of day on the clock of the place, summer and winter', () => {
  expect(utc('2026-07-01', '06:00', 'Europe/Berlin')).toBe('2026-07-01T04:00:00.000Z')
  expect(utc('2026-12-01', '06:00', 'Europe/Berlin')).toBe('2026-12-01T05:00:00.000Z')
  expect(utc('2026-07-01', '06:00', 'Australia/Melbourne')).toBe('2026-06-30T20:00:00.000Z')
  expect(utc('2026-07-01', '06:30', 'Asia/Kolkata')).toBe('2026-07-01T01:00:00.000Z')
  expect(utc('2026-07-01', '24:00', 'UTC')).toBe('2026-07-02T00:00:00.000Z')
})

it('has a day of 23 hours in spring and of 25 in autumn', () => {
  const hours = (date: string): number =>
    (localTime(date, '24:00', 'Europe/Berlin') - localTime(date, '00:00', 'Europe/Berlin')) / 3_600_000
  expect(hours('2026-03-29')).toBe(23)
  expect(hours('2026-10-25')).toBe(25)
  expect(utc('2026-03-29', '06:00', 'Europe/Berlin')).toBe('2026-03-29T04:00:00.000Z')
  expect(utc('2026-10-25', '06:00', 'Europe/Berlin')).toBe('2026-10-25T05:00:00.000Z')
})

it('moves on a time that the clock skips, and takes the first of a time that it shows twice', () => {
  expect(utc('2026-03-29', '02:30', 'Europe/Berlin')).toBe('2026-03-29T01:30:00.000Z')
  expect(utc('2026-10-25', '02:30', 'Europe/Berlin')).toBe('2026-10-25T00:30:00.000Z')
  expect(utc('2026-10-25', '03:00', 'Europe/Berlin')).toBe('2026-10-25T02:00:00.000Z')
})
