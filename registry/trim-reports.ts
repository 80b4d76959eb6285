import { sql } from 'kysely'
import { recordAudit } from './audit.ts'
import type { Registry } from './registry.ts'
import { lockAuthority, notFound, type RegistryContext } from './registry-context.ts'

const DAY_MS = 86_400_000
/** However long a report stays open. */
const PERSONAL_MOST_MS = 365 * DAY_MS
const KEPT_MS = 730 * DAY_MS
const KEPT_MAX = 50_000

/** What reports keep of people goes first, the rest of them later. */
export function createTrimReportRecords(
  context: RegistryContext,
): Pick<Registry, 'trimReports' | 'forgetReporters'> {
  const { database } = context
  // Who ended, or was held up by a reader, after a removal and before this has left it to be done.
  let isLogForgotten = false
  return {
    async forgetReporters(authority, id, actor) {
      await database.transact(async (transaction) => {
        await lockAuthority(transaction, authority)
        const { numUpdatedRows } = await transaction
          .updateTable('citizen_reports')
          .set({ contact: null, words: null })
          .where('authority', '=', authority)
          .where(({ or, eb }) => or([eb('id', '=', id), eb('duplicate_of', '=', id)]))
          .executeTakeFirstOrThrow()
        if (numUpdatedRows === 0n) throw notFound('report', id)
        await recordAudit(transaction, context, [{ authority, actor, action: 'report.forget', target: id }])
      })
      isLogForgotten = await database.forgetRemoved()
    },

    async trimReports({ now, contactDays }) {
      const removed = await database.transact(async (transaction) => {
        const { numUpdatedRows } = await transaction
          .updateTable('citizen_reports')
          .set({ contact: null, words: null })
          .where(({ or, eb }) => or([eb('contact', 'is not', null), eb('words', 'is not', null)]))
          .where(({ or, eb }) =>
            or([
              eb('closed_time', '<=', now - contactDays * DAY_MS),
              eb('requested_time', '<=', now - PERSONAL_MOST_MS),
            ]),
          )
          .executeTakeFirstOrThrow()
        const { numDeletedRows } = await transaction
          .deleteFrom('citizen_reports')
          .where('requested_time', '<', now - KEPT_MS)
          .executeTakeFirstOrThrow()
        const crowded = await sql<{ authority: string }>`
          select authority from citizen_reports where status = 'closed'
          group by authority having count(*) > ${KEPT_MAX}`.execute(transaction)
        for (const { authority } of crowded.rows) {
          await sql`
            delete from citizen_reports where authority = ${authority} and status = 'closed' and id <= (
              select id from citizen_reports where authority = ${authority} and status = 'closed'
              order by id desc limit 1 offset ${KEPT_MAX}
            )`.execute(transaction)
        }
        return Number(numUpdatedRows) + Number(numDeletedRows) + crowded.rows.length
      })
      if (removed > 0 || !isLogForgotten) isLogForgotten = await database.forgetRemoved()
      return removed
    },
  }
}
