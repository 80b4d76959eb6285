import { sql } from 'kysely'
import type { Registry } from './registry.ts'
import { notFound, type RegistryContext, type RegistryTransaction } from './registry-context.ts'

/** What each source brought each authority, and the balance that follows. */
export function createSourceCountRecords({
  database,
}: RegistryContext): Pick<
  Registry,
  'findPosition' | 'reportAccepted' | 'listSourceCounts' | 'settleSource' | 'getBalance'
> {
  const { kysely } = database
  return {
    async findPosition(source) {
      const row = await kysely
        .selectFrom('sources')
        .select('position')
        .where('id', '=', source)
        .executeTakeFirst()
      return row?.position
    },

    async reportAccepted(source, reports) {
      const latest = new Map(reports.map((report) => [report.authority, report]))
      // In one order, so that two processes that report at once cannot wait for each other.
      const rows = [...latest.values()].sort((a, b) => (a.authority < b.authority ? -1 : 1))
      if (rows.length === 0) return
      // A report that was overtaken by a later one, with a larger total, changes nothing.
      const query = sql`
        insert into source_counts (authority, source, accepted, stored, quarantined, oldest_pending_time)
        select item.value->>'authority', ${source}, cast(item.value->>'accepted' as bigint), 0, 0,
          cast(item.value->>'oldestPendingTime' as bigint)
        from ${database.rowsOf(JSON.stringify(rows))} as item where true
        on conflict (authority, source) do update
        set accepted = excluded.accepted, oldest_pending_time = excluded.oldest_pending_time
        where excluded.accepted >= source_counts.accepted`
      await database.runBatch([{ query: query.compile(kysely) }])
    },

    async listSourceCounts(source) {
      const rows = await kysely
        .selectFrom('source_counts')
        .selectAll()
        .where('source', '=', source)
        .orderBy('authority')
        .execute()
      return rows.map(({ authority, accepted, accepted_before, stored, quarantined }) => {
        return {
          authority,
          accepted: Math.max(accepted, accepted_before + stored + quarantined),
          acceptedBefore: accepted_before,
          stored,
          quarantined,
        }
      })
    },

    async settleSource(source) {
      const query = sql`
        update source_counts
        set accepted = accepted_before + stored + quarantined, oldest_pending_time = null
        where source = ${source}`
      await database.runBatch([{ query: query.compile(kysely) }])
    },

    async getBalance(authority, now) {
      const rows = await kysely
        .selectFrom('authorities as a')
        .leftJoin('source_counts as c', 'c.authority', 'a.id')
        .where('a.id', '=', authority)
        .select(['accepted', 'accepted_before', 'stored', 'quarantined', 'oldest_pending_time'])
        .execute()
      if (rows.length === 0) throw notFound('authority', authority)
      let accepted = 0
      let stored = 0
      let quarantined = 0
      let oldestPendingTime = Number.POSITIVE_INFINITY
      for (const row of rows) {
        const handled = (row.stored ?? 0) + (row.quarantined ?? 0)
        // A source reports twice a second: the ingest may be ahead of its last report.
        const acceptedHere = Math.max((row.accepted ?? 0) - (row.accepted_before ?? 0), handled)
        accepted += acceptedHere
        stored += row.stored ?? 0
        quarantined += row.quarantined ?? 0
        if (acceptedHere > handled && row.oldest_pending_time !== null) {
          oldestPendingTime = Math.min(oldestPendingTime, row.oldest_pending_time)
        }
      }
      const pending = accepted - stored - quarantined
      const lagMs = oldestPendingTime === Number.POSITIVE_INFINITY ? 0 : Math.max(0, now - oldestPendingTime)
      return { accepted, stored, quarantined, pending, lagSeconds: lagMs / 1_000 }
    },
  }
}

/**
 * For a new authority of an id that was there before: what was counted then is no longer shown, and what of it is
 * still pending counts for the new one, to whom it will be stored.
 */
export async function startCountsAgain(transaction: RegistryTransaction, authority: string): Promise<void> {
  await sql`
    update source_counts
    set accepted_before = accepted_before + stored + quarantined, stored = 0, quarantined = 0
    where authority = ${authority}`.execute(transaction)
}
