import { z } from 'zod'
import { REPORT_SERVICES, REPORT_STATUSES } from '../../model/citizen-report.ts'
import { KerbsideError } from '../../model/error.ts'
import { ID_PATTERN } from '../../model/id.ts'
import type { ReportFilter } from '../../registry/registry.ts'
import { timeQuery } from '../time-query.ts'
import { commonQuery } from './open311-route.ts'

/** The standard's own limits of GET service requests. */
const SPAN_MS = 90 * 86_400_000
const IDS_MAX = 100

const listSchema = z
  .string()
  .max(5_000)
  .transform((list) => list.split(',').map((part) => part.trim()))
export const requestsQuery = commonQuery.extend({
  service_request_id: listSchema.optional().describe('Ids with commas; nothing else is then looked at'),
  service_code: listSchema.optional().describe('Codes with commas'),
  start_date: timeQuery.describe('90 days before end_date by default'),
  end_date: timeQuery.describe('90 days after start_date by default, or now'),
  status: listSchema.optional().describe('open, closed, or both with a comma'),
})

/** Throws INVALID_REQUEST where ids are too many, a status is unknown, or the time is too long. */
export function readRequestFilter(query: z.infer<typeof requestsQuery>, now: number): ReportFilter {
  const { service_request_id: ids, service_code: codes, status } = query
  if (ids) {
    if (ids.length > IDS_MAX) throw refuse('service_request_id', `has more than ${IDS_MAX} ids`)
    // What is no id is none of a report.
    return { ids: ids.filter((id) => ID_PATTERN.test(id)) }
  }
  for (const each of status ?? []) {
    if (!REPORT_STATUSES.some((known) => known === each)) {
      throw refuse('status', `must be ${REPORT_STATUSES.join(' or ')}, but it was ${JSON.stringify(each)}`)
    }
  }
  const from = query.start_date ?? (query.end_date ?? now) - SPAN_MS
  const to = query.end_date ?? from + SPAN_MS
  if (to - from > SPAN_MS) throw refuse('end_date', 'is more than 90 days after start_date')
  const [only] = new Set(status)
  return {
    from,
    to,
    ...(codes && { services: REPORT_SERVICES.filter((code) => codes.includes(code)) }),
    ...(only !== undefined &&
      new Set(status).size === 1 && { status: only as NonNullable<ReportFilter['status']> }),
  }
}

function refuse(path: string, message: string): KerbsideError {
  return new KerbsideError('INVALID_REQUEST', `${path} ${message}`, { faults: [{ path, message }] })
}
