import { z } from 'zod'

/** A day of service as GTFS writes it, such as 20260216; one with hyphens is taken, too. */
export const serviceDateSchema = z
  .string()
  .regex(/^\d{4}-?\d{2}-?\d{2}$/, { error: 'must be a date such as 20260216', abort: true })
  .overwrite((text) => text.replaceAll('-', ''))
  .refine(isDay, 'must be a day that the calendar has')

/** 31 February is none: Date would take it for one in March. */
function isDay(text: string): boolean {
  const iso = `${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6)}`
  const time = Date.parse(`${iso}T00:00:00Z`)
  return Number.isFinite(time) && new Date(time).toISOString().startsWith(iso)
}
