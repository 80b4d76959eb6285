import { type NewCitizenReport, reportContactSchema, reportWordsSchema } from '../model/citizen-report.ts'
import { KerbsideError } from '../model/error.ts'
import { measureMetres } from '../model/measure-metres.ts'
import { entryOf, recordAudit } from './audit.ts'
import { countRows } from './count-rows.ts'
import type { Registry } from './registry.ts'
import { lockAuthority, type RegistryContext, type RegistryTransaction } from './registry-context.ts'
import {
  type ReportRow,
  toReport,
  updateReportRow,
  VOICES_KEPT_MAX,
  writeDocument,
  writeTexts,
} from './report-row.ts'

/** Open ones that are near in time are looked through for the same; the newest first. */
const COMPARED_MAX = 2_000

/** As `Registry.createReport` says. */
export function createReport(
  context: RegistryContext,
  ...[authority, report, { actor, openMax, duplicateM, duplicatesSince, saidBefore }]: Parameters<
    Registry['createReport']
  >
): ReturnType<Registry['createReport']> {
  return context.database.transact(async (transaction) => {
    await lockAuthority(transaction, authority)
    const now = context.clock.now()
    const same = await findSame(transaction, authority, report, { duplicateM, duplicatesSince })
    if (same && saidBefore?.has(same.id)) return { report: toReport(same), isDuplicate: true }
    if (!same) await refuseTooMany(transaction, authority, openMax)
    const row: ReportRow = {
      authority,
      id: context.nextId(),
      service: report.service,
      status: 'open',
      device: report.deviceId,
      duplicate_of: same?.id ?? null,
      requested_time: now,
      updated_time: now,
      closed_time: null,
      longitude: report.longitude,
      latitude: report.latitude,
      voices: 1,
      document: writeDocument({ ...report, outcome: null, note: null }),
      words: writeTexts(reportWordsSchema.parse(report.words)),
      contact: report.contact && writeTexts(reportContactSchema.parse(report.contact)),
    }
    if (!same || same.voices < VOICES_KEPT_MAX) {
      await transaction.insertInto('citizen_reports').values(row).execute()
    }
    const first = same && { ...same, voices: same.voices + 1, updated_time: now }
    if (first) await updateReportRow(transaction, first)
    const { service, deviceId } = report
    const made = entryOf({ noun: 'report', authority, id: row.id }, 'create', actor, {
      service,
      deviceId,
    })
    // Voices are not told to the audit: a flood of them would leave no room for anything else.
    if (!same) await recordAudit(transaction, context, [made])
    return { report: toReport(first ?? row), isDuplicate: same !== undefined }
  })
}

/** The open report that says the same: of the same service, and of the same bin, or so near where either names none. */
async function findSame(
  transaction: RegistryTransaction,
  authority: string,
  { service, deviceId, longitude, latitude }: NewCitizenReport,
  { duplicateM, duplicatesSince }: { readonly duplicateM: number; readonly duplicatesSince: number },
): Promise<ReportRow | undefined> {
  const rows = await transaction
    .selectFrom('citizen_reports')
    .selectAll()
    .where('authority', '=', authority)
    .where('status', '=', 'open')
    .where('service', '=', service)
    .where('requested_time', '>=', duplicatesSince)
    .where('duplicate_of', 'is', null)
    .orderBy('requested_time', 'desc')
    .limit(COMPARED_MAX)
    .execute()
  return rows.find((row) => {
    if (deviceId !== null && row.device !== null) return row.device === deviceId
    if (longitude === null || latitude === null || row.longitude === null || row.latitude === null)
      return false
    return measureMetres(longitude, latitude, row.longitude, row.latitude) <= duplicateM
  })
}

async function refuseTooMany(
  transaction: RegistryTransaction,
  authority: string,
  openMax: number,
): Promise<void> {
  const open = transaction
    .selectFrom('citizen_reports')
    .where('authority', '=', authority)
    .where('status', '=', 'open')
    .where('duplicate_of', 'is', null)
  if ((await countRows(open)) < openMax) return
  throw new KerbsideError('BUSY', `${openMax} reports are open already; try again when there are fewer`)
}
