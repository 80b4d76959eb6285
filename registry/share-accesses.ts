import { sql } from 'kysely'
import type { ShareAccess } from '../model/share.ts'
import { cleanText } from './clean-text.ts'
import { listPage } from './list-page.ts'
import type { Registry } from './registry.ts'
import { notFound, type RegistryContext, type RegistryTransaction } from './registry-context.ts'

const DAY_MS = 86_400_000
const KEPT_MS = 92 * DAY_MS
/** Of a share. */
const KEPT_MAX = 10_000
/** What is beyond goes when so many have come. */
const TRIM_EVERY = 100

export function createShareAccessRecords({
  clock,
  database: { kysely, transact },
}: RegistryContext): Pick<Registry, 'recordShareAccess' | 'listShareAccesses'> {
  return {
    recordShareAccess(share, { use, actor, target, round, count }) {
      return transact(async (transaction) => {
        const now = clock.now()
        const row = await transaction
          .updateTable('shares')
          .set({ access_count: sql<number>`access_count + 1` })
          .where('id', '=', share)
          .where('ended_by', 'is', null)
          .where('from_time', '<=', now)
          .where('until_time', '>', now)
          .returning('access_count')
          .executeTakeFirst()
        if (!row) throw notFound('share', share)
        const number = Number(row.access_count)
        await transaction
          .insertInto('share_accesses')
          .values({
            share,
            number,
            time: now,
            use,
            actor,
            target: target === null ? null : cleanText(target),
            round,
            count,
          })
          .execute()
        if (number % TRIM_EVERY !== 0) return
        await transaction
          .deleteFrom('share_accesses')
          .where('share', '=', share)
          .where('number', '<=', number - KEPT_MAX)
          .execute()
      })
    },

    async listShareAccesses(share, page) {
      let query = kysely.selectFrom('share_accesses').selectAll().where('share', '=', share)
      if (page.after !== undefined) query = query.where('number', '<', Number(page.after))
      const rows = await query
        .orderBy('number', 'desc')
        .limit(page.limit + 1)
        .execute()
      return listPage(
        rows,
        page,
        ({ share: _, ...access }): ShareAccess => access,
        ({ number }) => String(number),
      )
    },
  }
}

/** Accesses of long ago go, and shares that have been over for as long. */
export async function trimShares(transaction: RegistryTransaction, now: number): Promise<void> {
  const before = now - KEPT_MS
  await transaction.deleteFrom('share_accesses').where('time', '<', before).execute()
  await transaction
    .deleteFrom('shares')
    .where((is) => is.or([is('until_time', '<', before), is('ended_time', '<', before)]))
    .execute()
}
