import type { CitizenReport, ReportWords } from '../model/citizen-report.ts'
import { cleanText } from './clean-text.ts'
import { updateOne } from './owned-rows.ts'
import type { RegistryTransaction } from './registry-context.ts'
import type { RegistryTables } from './registry-tables.ts'

export type ReportRow = RegistryTables['citizen_reports']
/** What of a report is never searched for. */
export type ReportDocument = Pick<CitizenReport, 'outcome' | 'language' | 'readings' | 'note'>

/** Of one report; those beyond are counted, and nothing of them is kept. */
export const VOICES_KEPT_MAX = 50

export function toReport(row: ReportRow): CitizenReport {
  return {
    id: row.id,
    service: row.service,
    status: row.status,
    deviceId: row.device,
    longitude: row.longitude,
    latitude: row.latitude,
    requestedTime: row.requested_time,
    updatedTime: row.updated_time,
    closedTime: row.closed_time,
    voices: row.voices,
    ...(JSON.parse(row.document) as ReportDocument),
    words: row.words === null ? null : (JSON.parse(row.words) as ReportWords),
  }
}

export function writeDocument({ outcome, language, readings, note }: ReportDocument): string {
  return JSON.stringify({ outcome, language, readings, note: note === null ? null : cleanText(note) })
}

export function writeTexts(texts: Readonly<Record<string, string | null>>): string {
  const cleaned = Object.entries(texts).map(([name, text]) => [name, text === null ? null : cleanText(text)])
  return JSON.stringify(Object.fromEntries(cleaned))
}

/** The report that counts: one that was attached to another stands for that. */
export async function findFirstReport(
  kysely: Pick<RegistryTransaction, 'selectFrom'>,
  authority: string,
  id: string,
): Promise<ReportRow | undefined> {
  const row = await kysely
    .selectFrom('citizen_reports')
    .selectAll()
    .where('authority', '=', authority)
    .where('id', '=', id)
    .executeTakeFirst()
  return row?.duplicate_of ? findFirstReport(kysely, authority, row.duplicate_of) : row
}

export function updateReportRow(transaction: RegistryTransaction, row: ReportRow): Promise<void> {
  const { authority, id } = row
  return updateOne(transaction, { table: 'citizen_reports', noun: 'report', authority, id }, row)
}
