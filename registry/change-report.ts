import type { CitizenReport, ReportPatch } from '../model/citizen-report.ts'
import { KerbsideError } from '../model/error.ts'
import { entryOf, recordAudit } from './audit.ts'
import type { Registry } from './registry.ts'
import {
  lockAuthority,
  notFound,
  type RegistryContext,
  type RegistryTransaction,
} from './registry-context.ts'
import {
  findFirstReport,
  type ReportDocument,
  type ReportRow,
  toReport,
  updateReportRow,
  writeDocument,
} from './report-row.ts'

/** As `Registry.updateReport` says. */
export function changeReport(
  context: RegistryContext,
  ...[authority, id, { patch, onlyOpen = false, outcome, readings }, actor]: Parameters<
    Registry['updateReport']
  >
): ReturnType<Registry['updateReport']> {
  return context.database.transact(async (transaction) => {
    await lockAuthority(transaction, authority)
    const before = await findFirstReport(transaction, authority, id)
    if (!before) throw notFound('report', id)
    if (onlyOpen && before.status !== 'open') return toReport(before)
    if (patch.deviceId) await requireBin(transaction, authority, patch.deviceId)
    const changed = applyPatch(before, { patch, outcome, readings, now: context.clock.now() })
    await updateReportRow(transaction, changed)
    const { status, closed_time, updated_time } = changed
    await transaction
      .updateTable('citizen_reports')
      .set({ status, closed_time, updated_time })
      .where('authority', '=', authority)
      .where('duplicate_of', '=', before.id)
      .execute()
    const report = toReport(changed)
    const detail = {
      service: report.service,
      deviceId: report.deviceId,
      status,
      outcome: report.outcome,
      // What is written for people may name them.
      ...(patch.note !== undefined && { note: patch.note === null ? 'removed' : 'written' }),
    }
    await recordAudit(transaction, context, [
      entryOf({ noun: 'report', authority, id }, 'update', actor, detail),
    ])
    return report
  })
}

async function requireBin(
  transaction: RegistryTransaction,
  authority: string,
  deviceId: string,
): Promise<void> {
  const bin = await transaction
    .selectFrom('devices')
    .select('id')
    .where('authority', '=', authority)
    .where('kind', '=', 'bin')
    .where('id', '=', deviceId)
    .executeTakeFirst()
  if (bin) return
  throw new KerbsideError('INVALID_REQUEST', `A report is joined to a bin, and ${deviceId} is none`, {
    faults: [{ path: 'deviceId', message: `there is no bin ${deviceId}` }],
  })
}

function applyPatch(
  before: ReportRow,
  {
    patch: { deviceId, status = before.status, note, outcome: asked },
    outcome = asked,
    readings,
    now,
  }: {
    readonly patch: ReportPatch
    readonly outcome?: CitizenReport['outcome'] | undefined
    readonly readings?: CitizenReport['readings'] | undefined
    readonly now: number
  },
): ReportRow {
  const document = JSON.parse(before.document) as ReportDocument
  const isClosed = status === 'closed'
  return {
    ...before,
    status,
    device: deviceId === undefined ? before.device : deviceId,
    updated_time: now,
    closed_time: isClosed ? (before.closed_time ?? now) : null,
    document: writeDocument({
      ...document,
      readings: readings ?? document.readings,
      outcome: isClosed ? (outcome ?? document.outcome ?? 'done') : null,
      note: note === undefined ? document.note : note,
    }),
  }
}
