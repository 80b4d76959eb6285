import { sql } from 'kysely'
import type { Quarantined } from '../model/rejection.ts'
import { recordAudit } from './audit.ts'
import { cleanText } from './clean-text.ts'
import type { Registry } from './registry.ts'
import { notFound, type RegistryContext } from './registry-context.ts'
import type { RegistryTables } from './registry-tables.ts'

/** Of payload in one page, however many readings it may have: nonsense takes six times as much once it is JSON. */
const PAGE_BYTES_MAX = 4 * 1_048_576
/** Of a payload in the audit. */
const EXCERPT_BYTES = 1_024

export function createQuarantineRecords(
  context: RegistryContext,
): Pick<
  Registry,
  | 'listQuarantined'
  | 'getQuarantined'
  | 'countQuarantined'
  | 'resolveQuarantined'
  | 'updateQuarantined'
  | 'discardQuarantined'
> {
  const { kysely, transact } = context.database
  return {
    async listQuarantined(authority, page) {
      let query = kysely.selectFrom('quarantine').where('authority', '=', authority)
      if (page.reason !== undefined) query = query.where('reason', '=', page.reason)
      if (page.device !== undefined) query = query.where('device', '=', page.device)
      if (page.after !== undefined) query = query.where('id', '>', page.after)
      const sizes = await query
        .select(['id', sql<number>`length(payload)`.as('bytes')])
        .orderBy('id')
        .limit(page.limit + 1)
        .execute()
      const count = Math.min(page.limit, countWithin(sizes, PAGE_BYTES_MAX))
      const last = sizes[count - 1]
      if (!last) return { items: [], next: null }
      const rows = await query.selectAll().where('id', '<=', last.id).orderBy('id').limit(count).execute()
      return { items: rows.map(toQuarantined), next: count < sizes.length ? last.id : null }
    },

    async getQuarantined(authority, id) {
      const row = await kysely
        .selectFrom('quarantine')
        .selectAll()
        .where('authority', '=', authority)
        .where('id', '=', id)
        .executeTakeFirst()
      if (!row) throw notFound('quarantined reading', id)
      return toQuarantined(row)
    },

    countQuarantined(authority) {
      return kysely
        .selectFrom('quarantine')
        .select(['reason', (eb) => eb.fn.countAll<number>().as('count')])
        .where('authority', '=', authority)
        .groupBy('reason')
        .orderBy('reason')
        .execute()
    },

    resolveQuarantined(authority, id, actor, corrected) {
      return transact(async (transaction) => {
        const row = await transaction
          .deleteFrom('quarantine')
          .where('authority', '=', authority)
          .where('id', '=', id)
          .returning(['source', 'device', 'reason', 'payload'])
          .executeTakeFirst()
        if (!row) throw notFound('quarantined reading', id)
        await sql`
          update source_counts set stored = stored + 1, quarantined = quarantined - 1
          where authority = ${authority} and source = ${row.source}`.execute(transaction)
        await recordAudit(transaction, context, [
          {
            authority,
            actor,
            action: corrected ? 'quarantine.correct' : 'quarantine.replay',
            target: id,
            detail: {
              device: row.device,
              reason: row.reason,
              ...(corrected && { published: excerptOf(row.payload), corrected: excerptOf(corrected) }),
            },
          },
        ])
      })
    },

    updateQuarantined(authority, id, reason, detail) {
      return transact(async (transaction) => {
        const { numUpdatedRows } = await transaction
          .updateTable('quarantine')
          .set({ reason, detail: cleanText(detail) })
          .where('authority', '=', authority)
          .where('id', '=', id)
          .executeTakeFirstOrThrow()
        if (numUpdatedRows === 0n) throw notFound('quarantined reading', id)
      })
    },

    discardQuarantined(authority, { id, reason, device }, actor) {
      return transact(async (transaction) => {
        let query = transaction.deleteFrom('quarantine').where('authority', '=', authority)
        if (id !== undefined) query = query.where('id', '=', id)
        if (reason !== undefined) query = query.where('reason', '=', reason)
        if (device !== undefined) query = query.where('device', '=', device)
        const { numDeletedRows } = await query.executeTakeFirstOrThrow()
        const count = Number(numDeletedRows)
        if (count > 0) {
          await recordAudit(transaction, context, [
            {
              authority,
              actor,
              action: 'quarantine.discard',
              target: id ?? '*',
              detail: { reason, device, count },
            },
          ])
        }
        return count
      })
    },
  }
}

function excerptOf(payload: Uint8Array): string {
  return cleanText(Buffer.from(payload.subarray(0, EXCERPT_BYTES)).toString())
}

/** How many of the first have no more bytes than `bytesMax` together; one that is larger by itself counts as one. */
function countWithin(sizes: readonly { readonly bytes: number }[], bytesMax: number): number {
  let bytes = 0
  const end = sizes.findIndex((size, index) => {
    bytes += Number(size.bytes)
    return index > 0 && bytes > bytesMax
  })
  return end === -1 ? sizes.length : end
}

function toQuarantined(row: RegistryTables['quarantine']): Quarantined {
  return {
    id: row.id,
    authority: row.authority,
    device: row.device,
    topic: row.topic,
    payload: new Uint8Array(row.payload),
    reason: row.reason,
    detail: row.detail,
    receivedTime: row.received_time,
  }
}
