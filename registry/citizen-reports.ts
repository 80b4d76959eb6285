import {
  type CitizenReport,
  type NewCitizenReport,
  type OpenReport,
  type ReportContact,
  type ReportPatch,
  type ReportVoice,
  type ReportWords,
  reportContactSchema,
  reportWordsSchema,
} from '../model/citizen-report.ts'
import { KerbsideError } from '../model/error.ts'
import { measureMetres } from '../model/measure-metres.ts'
import { entryOf, recordAudit } from './audit.ts'
import { cleanText } from './clean-text.ts'
import { countRows } from './count-rows.ts'
import { listPage } from './list-page.ts'
import type { Registry } from './registry.ts'
import {
  lockAuthority,
  notFound,
  type RegistryContext,
  type RegistryTransaction,
} from './registry-context.ts'
import type { RegistryTables } from './registry-tables.ts'

type ReportRow = RegistryTables['citizen_reports']
/** What of a report is never searched for. */
type ReportDocument = Pick<CitizenReport, 'outcome' | 'language' | 'readings' | 'note'>

/** Of one report; those beyond are counted, and nothing of them is kept. */
const VOICES_KEPT_MAX = 50
/** Open ones that are near in time are looked through for the same; the newest first. */
const COMPARED_MAX = 2_000

export function createReportRecords(
  context: RegistryContext,
): Pick<
  Registry,
  'createReport' | 'listReports' | 'getReport' | 'listReportVoices' | 'listOpenReports' | 'updateReport'
> {
  const { clock, nextId } = context
  const { kysely, transact } = context.database
  return {
    createReport(authority, report, { actor, openMax, duplicateM, duplicatesSince, saidBefore }) {
      return transact(async (transaction) => {
        await lockAuthority(transaction, authority)
        const now = clock.now()
        const same = await findSame(transaction, authority, report, { duplicateM, duplicatesSince })
        if (same && saidBefore?.has(same.id)) return { report: toReport(same), isDuplicate: true }
        if (!same) await refuseTooMany(transaction, authority, openMax)
        const row: ReportRow = {
          authority,
          id: nextId(),
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
        if (first) await updateRow(transaction, first)
        const { service, deviceId } = report
        const made = entryOf({ noun: 'report', authority, id: row.id }, 'create', actor, {
          service,
          deviceId,
        })
        // Voices are not told to the audit: a flood of them would leave no room for anything else.
        if (!same) await recordAudit(transaction, context, [made])
        return { report: toReport(first ?? row), isDuplicate: same !== undefined }
      })
    },

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
      const row = await findFirst(kysely, authority, id)
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

    updateReport(authority, id, { patch, onlyOpen = false, outcome, readings }, actor) {
      return transact(async (transaction) => {
        await lockAuthority(transaction, authority)
        const before = await findFirst(transaction, authority, id)
        if (!before) throw notFound('report', id)
        if (onlyOpen && before.status !== 'open') return toReport(before)
        if (patch.deviceId) await requireBin(transaction, authority, patch.deviceId)
        const changed = applyPatch(before, { patch, outcome, readings, now: clock.now() })
        await updateRow(transaction, changed)
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
    },
  }
}

/** The report that counts: one that was attached to another stands for that. */
async function findFirst(
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
  return row?.duplicate_of ? findFirst(kysely, authority, row.duplicate_of) : row
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

async function updateRow(
  transaction: RegistryTransaction,
  { authority, id, ...columns }: ReportRow,
): Promise<void> {
  await transaction
    .updateTable('citizen_reports')
    .set(columns)
    .where('authority', '=', authority)
    .where('id', '=', id)
    .execute()
}

function toReport(row: ReportRow): CitizenReport {
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

function writeDocument({ outcome, language, readings, note }: ReportDocument): string {
  return JSON.stringify({ outcome, language, readings, note: note === null ? null : cleanText(note) })
}

function writeTexts(texts: Readonly<Record<string, string | null>>): string {
  const cleaned = Object.entries(texts).map(([name, text]) => [name, text === null ? null : cleanText(text)])
  return JSON.stringify(Object.fromEntries(cleaned))
}
