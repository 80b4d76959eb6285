import { sql } from 'kysely'
import { KerbsideError } from '../model/error.ts'
import type { Round } from '../model/round.ts'
import { countRows } from './count-rows.ts'
import { listPage } from './list-page.ts'
import type { Registry } from './registry.ts'
import {
  alreadyExists,
  notFound,
  type RegistryContext,
  type RegistryTransaction,
} from './registry-context.ts'
import { readRound, toRound } from './round-jobs.ts'

/** The time of a round's creation, in ms since 1970, and its id. */
export const ROUND_CURSOR_PATTERN = /^(\d{1,15})\.([A-Za-z0-9][A-Za-z0-9_-]{0,62})$/

export function createRoundRecords({
  database: { kysely, transact },
}: RegistryContext): Pick<Registry, 'listRounds' | 'getRound' | 'createRound' | 'updateRound'> {
  return {
    async listRounds(authority, page) {
      let query = kysely
        .selectFrom('rounds')
        .select(['id', 'created_time', 'document', 'revision'])
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
      return listPage(rows, page, toRound, (row) => `${row.created_time}.${row.id}`)
    },

    getRound: (authority, id) => readRound(kysely, authority, id),

    createRound(authority, round, { incarnation, unfinishedMax } = {}) {
      return transact(async (transaction) => {
        await lockIncarnation(transaction, authority, incarnation)
        const isUnfinished = round.status === 'queued' || round.status === 'solving'
        if (isUnfinished && unfinishedMax !== undefined) {
          await refuseTooMany(transaction, authority, unfinishedMax)
        }
        const createdTime = Date.parse(round.createdTime)
        const { numInsertedOrUpdatedRows } = await transaction
          .insertInto('rounds')
          .values({
            authority,
            id: round.id,
            created_time: createdTime,
            document: JSON.stringify(round),
            revision: round.revision,
          })
          .onConflict((conflict) => conflict.columns(['authority', 'id']).doNothing())
          .executeTakeFirstOrThrow()
        if (!numInsertedOrUpdatedRows) throw alreadyExists('round', round.id)
        if (!isUnfinished) return
        await transaction
          .insertInto('round_jobs')
          .values({ authority, id: round.id, stage: 'solve', created_time: createdTime })
          .execute()
      })
    },

    updateRound(authority, round) {
      return transact(async (transaction) => {
        const row = await transaction
          .updateTable('rounds')
          .set({ document: JSON.stringify(round), revision: round.revision })
          .where('authority', '=', authority)
          .where('id', '=', round.id)
          .where('revision', '=', round.revision - 1)
          .returning('created_time')
          .executeTakeFirst()
        if (!row) throw await whyNotUpdated(transaction, authority, round)
        await transaction
          .insertInto('round_jobs')
          .values({ authority, id: round.id, stage: 'record', created_time: row.created_time })
          .onConflict((conflict) =>
            // Whoever records the revision before this one has to do so again.
            conflict.columns(['authority', 'id']).doUpdateSet({ owner: null, lease_until: 0, attempts: 0 }),
          )
          .execute()
      })
    },
  }
}

/** Of transactions that call this one at a time goes on for an authority, which stays until the end of each. */
async function lockIncarnation(
  transaction: RegistryTransaction,
  authority: string,
  incarnation: string | undefined,
): Promise<void> {
  let query = transaction.updateTable('authorities').set({ id: authority }).where('id', '=', authority)
  if (incarnation !== undefined) query = query.where('incarnation', '=', incarnation)
  const { numUpdatedRows } = await query.executeTakeFirstOrThrow()
  if (numUpdatedRows === 0n) throw notFound('authority', authority)
}

async function refuseTooMany(
  transaction: RegistryTransaction,
  authority: string,
  unfinishedMax: number,
): Promise<void> {
  const count = await countRows(
    transaction.selectFrom('round_jobs').where('authority', '=', authority).where('stage', '=', 'solve'),
  )
  if (count < unfinishedMax) return
  throw new KerbsideError('BUSY', `${count} rounds are to be planned already: try again later`)
}

async function whyNotUpdated(
  transaction: RegistryTransaction,
  authority: string,
  round: Round,
): Promise<KerbsideError> {
  const row = await transaction
    .selectFrom('rounds')
    .select('revision')
    .where('authority', '=', authority)
    .where('id', '=', round.id)
    .executeTakeFirst()
  if (!row) return notFound('round', round.id)
  return new KerbsideError(
    'CONFLICT',
    `The round ${round.id} is at revision ${row.revision}, so revision ${round.revision} does not follow it`,
  )
}

/** The place in the order and not a row of it, so that a list goes on after a round that is gone. */
function parseCursor(cursor: string): { createdTime: number; id: string } {
  const [, createdTime, id] = ROUND_CURSOR_PATTERN.exec(cursor) ?? []
  if (createdTime !== undefined && id !== undefined) return { createdTime: Number(createdTime), id }
  throw new KerbsideError('INVALID_REQUEST', 'The list cannot go on there', {
    faults: [{ path: 'after', message: 'must be the `next` of the page before' }],
  })
}
