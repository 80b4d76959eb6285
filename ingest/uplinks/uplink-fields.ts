import { z } from 'zod'
import { parseTime } from '../../model/time.ts'

/** A frame counter has 32 bits, a port 8. */
export const countSchema = z
  .int()
  .min(0)
  .max(2 ** 32 - 1)
  .default(0)
export const decodedSchema = z.record(z.string(), z.unknown()).nullish()

/** Networks tell nanoseconds, of which milliseconds are kept; undefined where it is no time. */
export function readTime(text: string | undefined): number | undefined {
  return text === undefined ? undefined : parseTime(text.replace(/(\.\d{3})\d+/, '$1'))
}
