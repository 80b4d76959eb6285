import type { OpenReport, ReportContact, ReportVoice, ReportWords } from '../model/citizen-report.ts'
import { changeReport } from './change-report.ts'
import { createReport } from './create-report.ts'
import { listPage } from './list-page.ts'
import type { Registry } from './registry.ts'
import { notFound, type RegistryContext } from './registry-context.ts'
import { findFirstReport, type ReportDocument, toReport, VOICES_KEPT_MAX } from './report-row.ts'

export function createReportRecords(
  context: RegistryContext,
): Pick<
  Registry,
  'createReport' | 'listReports' | 'getReport' | 'listReportVoices' | 'listOpenReports' | 'updateReport'
> {
  const { kysely } = context.database
  return {
    createReport: (...given) => createReport(context, ...given),

    async listReports(authority, { limit, after, ids, services, status, deviceId, isJoined, from, to }) {
      if (ids?.length === 0 || services?.length === 0) return { items: [], next: null }
      let query = kysely
        .selectFrom('citizen_reports')
        .selectAll()
        .where('authority', '=', authority)
        .where('duplicate_of', 'is', null)
      if (ids) query = query.where('id', 'in', [...ids])
      if (services) query = query.where('service', 'in', [...services])
      if (status) query = query.where('status', '=', status)
      if (deviceId !== undefined) query = query.where('device', '=', deviceId)
      if (isJoined !== undefined) query = query.where('device', isJoined ? 'is not' : 'is', null)
      if (from !== undefined) query = query.where('requested_time', '>=', from)
      if (to !== undefined) query = query.where('requested_time', '<=', to)
      if (after !== undefined) query = query.where('id', '<', after)
      const rows = await query
        .orderBy('id', 'desc')
        .limit(limit + 1)
        .execute()
      return listPage(rows, { limit }, toReport, ({ id }) => id)
    },

    async getReport(authority, id) {
      const row = await findFirstReport(kysely, authority, id)
      if (!row) throw notFound('report', id)
      return toReport(row)
    },

    async listReportVoices(authority, id) {
      const rows = await kysely
        .selectFrom('citizen_reports')
        .select(['id', 'requested_time', 'words', 'contact'])
        .where('authority', '=', authority)
        .where(({ or, eb }) => or([eb('id', '=', id), eb('duplicate_of', '=', id)]))
        .orderBy('id')
        .limit(VOICES_KEPT_MAX)
        .execute()
      return rows.map(
        ({ id: voice, requested_time, words, contact }): ReportVoice => ({
          id: voice,
          requestedTime: requested_time,
          words: words === null ? null : (JSON.parse(words) as ReportWords),
          contact: contact === null ? null : (JSON.parse(contact) as ReportContact),
        }),
      )
    },

    async listOpenReports(authority, services) {
      const rows = await kysely
        .selectFrom('citizen_reports')
        .select(['id', 'service', 'device', 'requested_time', 'voices', 'document'])
        .where('authority', '=', authority)
        .where('status', '=', 'open')
        .where('service', 'in', [...services])
        .where('device', 'is not', null)
        .where('duplicate_of', 'is', null)
        .orderBy('id')
        .execute()
      return rows.flatMap(({ device, document, requested_time, ...row }): OpenReport[] => {
        const { readings } = JSON.parse(document) as ReportDocument
        return device === null ? [] : [{ ...row, deviceId: device, requestedTime: requested_time, readings }]
      })
    },

    updateReport: (...given) => changeReport(context, ...given),
  }
}
