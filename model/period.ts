import { z } from 'zod'
import { formatTime, parseTime } from './time.ts'

/** A time on the wire: RFC 3339, or milliseconds since 1970; kept as RFC 3339 in UTC. */
export const timeSchema = z
  .union([z.string().meta({ format: 'date-time' }), z.int()])
  .refine((value) => isTime(value), 'must be an RFC 3339 time such as 2026-02-16T15:58:00Z, or ms since 1970')
  .overwrite((value) => (isTime(value) ? formatTime(parseTime(value) as number) : value))

function isTime(value: unknown): boolean {
  const time = parseTime(value)
  return time !== undefined && Math.abs(time) <= 8.64e15
}

/** From `start` to before `end`; open where either is null. */
export const periodSchema = z
  .strictObject({ start: timeSchema.nullable().default(null), end: timeSchema.nullable().default(null) })
  .refine(({ start, end }) => start === null || end === null || start < end, {
    path: ['end'],
    message: 'must be later than start',
  })
export type Period = z.infer<typeof periodSchema>

/** Whether a time, in ms since 1970, is within any of the periods, of which none stands for always. */
export function isWithin(periods: readonly Period[], time: number): boolean {
  return periods.length === 0 || periods.some(({ start, end }) => startOf(start) <= time && time < endOf(end))
}

function startOf(start: string | number | null): number {
  return start === null ? Number.NEGATIVE_INFINITY : (parseTime(start) ?? Number.NaN)
}

function endOf(end: string | number | null): number {
  return end === null ? Number.POSITIVE_INFINITY : (parseTime(end) ?? Number.NaN)
}
