import { KerbsideError } from '../model/error.ts'
import { recordAudit } from './audit.ts'
import type { Registry, TimetableVersion } from './registry.ts'
import {
  lockAuthority,
  notFound,
  type RegistryContext,
  type RegistryTransaction,
  requireAuthority,
} from './registry-context.ts'
import type { RegistryTables } from './registry-tables.ts'

/** Versions kept of an authority; the oldest go first, and never the current one. */
const KEPT_MAX = 10
/** What was begun and not completed for so long was left by a process that ended. */
const ABANDONED_MS = 24 * 3_600_000

export function createTimetableRecords(
  context: RegistryContext,
): Pick<
  Registry,
  | 'listTimetables'
  | 'listCurrentTimetables'
  | 'findTimetableChunk'
  | 'putTimetable'
  | 'makeTimetableCurrent'
  | 'deleteTimetable'
> {
  const { kysely, transact } = context.database
  return {
    async listTimetables(authority) {
      const rows = await kysely
        .selectFrom('timetables')
        .selectAll()
        .where('authority', '=', authority)
        .where('is_complete', '=', 1)
        .orderBy('id', 'desc')
        .execute()
      return rows.map(toVersion)
    },

    async listCurrentTimetables() {
      return kysely
        .selectFrom('timetables')
        .select(['authority', 'id'])
        .where('is_current', '=', 1)
        .orderBy('authority')
        .execute()
    },

    async findTimetableChunk(authority, id, number) {
      const row = await kysely
        .selectFrom('timetable_chunks')
        .select('content')
        .where('authority', '=', authority)
        .where('id', '=', id)
        .where('number', '=', number)
        .executeTakeFirst()
      return row?.content
    },

    async putTimetable(authority, { version, hash, warnings }, chunks, actor) {
      const id = context.nextId()
      const now = context.clock.now()
      await transact(async (transaction) => {
        await requireAuthority(transaction, authority)
        await deleteAbandoned(transaction, authority, now)
        await transaction
          .insertInto('timetables')
          .values({
            authority,
            id,
            version,
            hash,
            warnings,
            bytes: 0,
            imported_time: now,
            made_current_time: now,
          })
          .execute()
      })
      try {
        let bytes = 0
        let number = 0
        for await (const content of chunks) {
          await kysely.insertInto('timetable_chunks').values({ authority, id, number, content }).execute()
          number += 1
          bytes += content.length
        }
        return await transact(async (transaction) => {
          await lockAuthority(transaction, authority)
          await transaction
            .updateTable('timetables')
            .set({ bytes, is_complete: 1 })
            .where('authority', '=', authority)
            .where('id', '=', id)
            .execute()
          const made = await makeCurrent(transaction, context, authority, id)
          await deleteOldest(transaction, authority)
          await recordAudit(transaction, context, [
            { authority, actor, action: 'timetable.put', target: id, detail: { version, hash, bytes } },
          ])
          return made
        })
      } catch (error) {
        // Where this fails too, it is left to be found as abandoned.
        await remove(authority, id).catch(() => undefined)
        throw error
      }
    },

    makeTimetableCurrent(authority, id, actor) {
      return transact(async (transaction) => {
        await lockAuthority(transaction, authority)
        const made = await makeCurrent(transaction, context, authority, id)
        await recordAudit(transaction, context, [
          {
            authority,
            actor,
            action: 'timetable.makeCurrent',
            target: id,
            detail: { version: made.version },
          },
        ])
        return made
      })
    },

    deleteTimetable(authority, id, actor) {
      return transact(async (transaction) => {
        await lockAuthority(transaction, authority)
        const row = await transaction
          .deleteFrom('timetables')
          .where('authority', '=', authority)
          .where('id', '=', id)
          .where('is_complete', '=', 1)
          .returning('is_current')
          .executeTakeFirst()
        if (!row) throw notFound('timetable', id)
        // Thrown within the transaction: it is there again.
        if (row.is_current === 1) {
          throw new KerbsideError('CONFLICT', `The timetable ${id} is in use; put another one to use first`)
        }
        await recordAudit(transaction, context, [
          { authority, actor, action: 'timetable.delete', target: id },
        ])
      })
    },
  }

  async function remove(authority: string, id: string): Promise<void> {
    await kysely.deleteFrom('timetables').where('authority', '=', authority).where('id', '=', id).execute()
  }
}

async function makeCurrent(
  transaction: RegistryTransaction,
  { clock }: RegistryContext,
  authority: string,
  id: string,
): Promise<TimetableVersion> {
  await transaction
    .updateTable('timetables')
    .set({ is_current: 0 })
    .where('authority', '=', authority)
    .where('is_current', '=', 1)
    .execute()
  const row = await transaction
    .updateTable('timetables')
    .set({ is_current: 1, made_current_time: clock.now() })
    .where('authority', '=', authority)
    .where('id', '=', id)
    .where('is_complete', '=', 1)
    .returningAll()
    .executeTakeFirst()
  if (!row) throw notFound('timetable', id)
  return toVersion(row)
}

async function deleteOldest(transaction: RegistryTransaction, authority: string): Promise<void> {
  const kept = await transaction
    .selectFrom('timetables')
    .select('id')
    .where('authority', '=', authority)
    .where('is_complete', '=', 1)
    .orderBy('is_current', 'desc')
    .orderBy('id', 'desc')
    .execute()
  const surplus = kept.slice(KEPT_MAX).map(({ id }) => id)
  if (surplus.length === 0) return
  await transaction
    .deleteFrom('timetables')
    .where('authority', '=', authority)
    .where('id', 'in', surplus)
    .execute()
}

async function deleteAbandoned(
  transaction: RegistryTransaction,
  authority: string,
  now: number,
): Promise<void> {
  await transaction
    .deleteFrom('timetables')
    .where('authority', '=', authority)
    .where('is_complete', '=', 0)
    .where('imported_time', '<', now - ABANDONED_MS)
    .execute()
}

function toVersion(
  row: Omit<RegistryTables['timetables'], 'is_current' | 'is_complete'> & { is_current: number },
): TimetableVersion {
  return {
    id: row.id,
    version: row.version,
    hash: row.hash,
    bytes: row.bytes,
    warnings: row.warnings,
    importedTime: row.imported_time,
    madeCurrentTime: row.made_current_time,
    isCurrent: row.is_current === 1,
  }
}
