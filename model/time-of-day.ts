import { z } from 'zod'

/** A time of day, `HH:MM`, on the authority's own clock; texts of it are in the order of the times. */
export const timeOfDaySchema = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$|^24:00$/, 'a time of day as HH:MM, 00:00 to 24:00')

/** Minutes since the day began, 0 to 1,440. */
export function minutesOfDay(timeOfDay: string): number {
  const [hours, minutes] = timeOfDay.split(':').map(Number)
  return (hours ?? 0) * 60 + (minutes ?? 0)
}
