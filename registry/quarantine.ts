import { sql } from 'kysely'
import type { Quarantined } from '../model/rejection.ts'
import { recordAudit } from './audit.ts'
import { cleanText } from './clean-text.ts'
import { listPage } from './list-page.ts'
import type { Registry } from './registry.ts'
import { notFound, type RegistryContext } from './registry-context.ts'
import type { RegistryTables } from './registry-tables.ts'

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
      let query = kysely.selectFrom('quarantine').selectAll().where('authority', '=', authority)
      if (page.reason !== undefined) query = query.where('reason', '=', page.reason)
      if (page.device !== undefined) query = query.where('device', '=', page.device)
      if (page.after !== undefined) query = query.where('id', '>', page.after)
      const rows = await query
        .orderBy('id')
        .limit(page.limit + 1)
        .execute()
      return listPage(rows, page, toQuarantined, (row) => row.id)
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

    resolveQuarantined(authority, id, actor) {
      return transact(async (transaction) => {
        const row = await transaction
          .deleteFrom('quarantine')
          .where('authority', '=', authority)
          .where('id', '=', id)
          .returning(['source', 'device', 'reason'])
          .executeTakeFirst()
        if (!row) throw notFound('quarantined reading', id)
        await sql`
          update source_counts set stored = stored + 1, quarantined = quarantined - 1
          where authority = ${authority} and source = ${row.source}`.execute(transaction)
        await recordAudit(transaction, context, [
          {
            authority,
            actor,
            action: 'quarantine.replay',
            target: id,
            detail: { device: row.device, reason: row.reason },
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
