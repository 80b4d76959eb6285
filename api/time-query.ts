import { z } from 'zod'
import { parseTime } from '../model/time.ts'

/** A plus in a query stands for a space, unless it is written as %2B, which few remember of an offset from UTC. */
const LOST_PLUS = /^(\S+T\S+) (\d{2}:\d{2})$/

/** A time of a query, in ms since 1970: RFC 3339, or a whole number that is one already. */
export const timeQuery = z
  .string()
  .meta({ anyOf: [{ format: 'date-time' }, { pattern: '^-?\\d{1,16}$' }] })
  .transform((text, context) => {
    const time = parseTime(/^-?\d+$/.test(text) ? Number(text) : text.replace(LOST_PLUS, '$1+$2'))
    if (time === undefined || Math.abs(time) > 8.64e15) {
      context.addIssue({
        code: 'custom',
        message: 'must be an RFC 3339 time such as 2026-02-16T15:58:00Z, or milliseconds since 1970',
      })
      return z.NEVER
    }
    return time
  })
  .optional()
