import { sql } from 'kysely'
import type { Round } from '../model/round.ts'
import { listPage } from './list-page.ts'
import type { Registry } from './registry.ts'
import { notFound, type RegistryContext, requireAuthority } from './registry-context.ts'

export function createRoundRecords({
  database: { kysely, transact },
}: RegistryContext): Pick<Registry, 'listRounds' | 'getRound' | 'saveRound'> {
  return {
    async listRounds(authority, page) {
      let query = kysely.selectFrom('rounds').select(['id', 'document']).where('authority', '=', authority)
      if (page.after !== undefined) {
        query = query.where(
          sql<boolean>`(created_time, id) <
            (select r.created_time, r.id from rounds r where r.authority = ${authority} and r.id = ${page.after})`,
        )
      }
      const rows = await query
        .orderBy('created_time', 'desc')
        .orderBy('id', 'desc')
        .limit(page.limit + 1)
        .execute()
      return listPage(
        rows,
        page,
        (row): Round => JSON.parse(row.document),
        (row) => row.id,
      )
    },

    async getRound(authority, id) {
      const row = await kysely
        .selectFrom('rounds')
        .select('document')
        .where('authority', '=', authority)
        .where('id', '=', id)
        .executeTakeFirst()
      if (!row) throw notFound('round', id)
      return JSON.parse(row.document)
    },

    saveRound(authority, round) {
      return transact(async (transaction) => {
        await requireAuthority(transaction, authority)
        const values = { created_time: Date.parse(round.createdTime), document: JSON.stringify(round) }
        await transaction
          .insertInto('rounds')
          .values({ authority, id: round.id, ...values })
          .onConflict((conflict) => conflict.columns(['authority', 'id']).doUpdateSet(values))
          .execute()
      })
    },
  }
}
