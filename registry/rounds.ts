import { sql } from 'kysely'
import { KerbsideError } from '../model/error.ts'
import type { Round } from '../model/round.ts'
import { listPage } from './list-page.ts'
import type { Registry } from './registry.ts'
import { alreadyExists, notFound, type RegistryContext, requireAuthority } from './registry-context.ts'

/** The time of a round's creation, in ms since 1970, and its id. */
export const ROUND_CURSOR_PATTERN = /^(\d{1,15})\.([A-Za-z0-9][A-Za-z0-9_-]{0,62})$/

export function createRoundRecords({
  database: { kysely, transact },
}: RegistryContext): Pick<Registry, 'listRounds' | 'getRound' | 'createRound' | 'updateRound'> {
  return {
    async listRounds(authority, page) {
      let query = kysely
        .selectFrom('rounds')
        .select(['id', 'created_time', 'document'])
        .where('authority', '=', authority)
      if (page.after !== undefined) {
        const { createdTime, id } = parseCursor(page.after)
        query = query.where(sql<boolean>`(created_time, id) < (cast(${createdTime} as bigint), ${id})`)
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
        (row) => `${row.created_time}.${row.id}`,
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

    createRound(authority, round) {
      return transact(async (transaction) => {
        await requireAuthority(transaction, authority)
        const { numInsertedOrUpdatedRows } = await transaction
          .insertInto('rounds')
          .values({
            authority,
            id: round.id,
            created_time: Date.parse(round.createdTime),
            document: JSON.stringify(round),
          })
          .onConflict((conflict) => conflict.columns(['authority', 'id']).doNothing())
          .executeTakeFirstOrThrow()
        if (!numInsertedOrUpdatedRows) throw alreadyExists('round', round.id)
      })
    },

    async updateRound(authority, round) {
      const { numUpdatedRows } = await kysely
        .updateTable('rounds')
        .set({ document: JSON.stringify(round) })
        .where('authority', '=', authority)
        .where('id', '=', round.id)
        .executeTakeFirstOrThrow()
      if (numUpdatedRows === 0n) throw notFound('round', round.id)
    },
  }
}

/** The place in the order and not a row of it, so that a list goes on after a round that is gone. */
function parseCursor(cursor: string): { createdTime: number; id: string } {
  const [, createdTime, id] = ROUND_CURSOR_PATTERN.exec(cursor) ?? []
  if (createdTime !== undefined && id !== undefined) return { createdTime: Number(createdTime), id }
  throw new KerbsideError('INVALID_REQUEST', 'The list cannot go on there', {
    faults: [{ path: 'after', message: 'must be the `next` of the page before' }],
  })
}
