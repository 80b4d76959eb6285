import { type Hook, NEW_HOOK_PROGRESS } from '../model/hook.ts'
import { entryOf, recordAudit } from './audit.ts'
import { cleanText } from './clean-text.ts'
import { keepHookDeliveries } from './hook-deliveries.ts'
import { listById } from './list-page.ts'
import { deleteOne, insertWithin, type Owned, updateOne } from './owned-rows.ts'
import type { HookRecord, Registry } from './registry.ts'
import {
  lockAuthority,
  notFound,
  type RegistryContext,
  type RegistryTransaction,
} from './registry-context.ts'
import type { RegistryTables } from './registry-tables.ts'

/** An authority may have as many; one more is refused. */
const HOOKS_MAX = 20

export function createHookRecords(
  context: RegistryContext,
): Pick<
  Registry,
  'listHooks' | 'getHook' | 'createHook' | 'updateHook' | 'deleteHook' | 'listDueHooks' | 'recordHookTry'
> {
  const { clock } = context
  const { kysely, transact } = context.database
  return {
    listHooks(authority, page) {
      const query = kysely.selectFrom('hooks').selectAll().where('authority', '=', authority)
      return listById(query, page, toRecord)
    },

    async getHook(authority, id) {
      const row = await kysely
        .selectFrom('hooks')
        .selectAll()
        .where('authority', '=', authority)
        .where('id', '=', id)
        .executeTakeFirst()
      if (!row) throw notFound('hook', id)
      return toRecord(row)
    },

    createHook(authority, hook, sealed, actor) {
      return transact(async (transaction) => {
        await lockAuthority(transaction, authority)
        const owned = ownedBy(authority, hook.id)
        const row: RegistryTables['hooks'] = {
          authority,
          id: hook.id,
          version: context.nextId(),
          document: toDocument(hook),
          sealed,
          position: await readPosition(transaction, authority),
          next_time: 0,
          progress: JSON.stringify(NEW_HOOK_PROGRESS),
          paused_time: null,
          pause_note: null,
        }
        await insertWithin(transaction, HOOKS_MAX, owned, row)
        await recordAudit(transaction, context, [entryOf(owned, 'create', actor, tell(hook))])
        return toRecord(row)
      })
    },

    updateHook(authority, id, change, actor) {
      return transact(async (transaction) => {
        await lockAuthority(transaction, authority)
        const before = await transaction
          .selectFrom('hooks')
          .selectAll()
          .where('authority', '=', authority)
          .where('id', '=', id)
          .executeTakeFirst()
        if (!before) throw notFound('hook', id)
        const { deliveredTime } = toRecord(before).progress
        const { isPaused = before.paused_time !== null } = change
        const row: RegistryTables['hooks'] = {
          ...before,
          version: context.nextId(),
          ...(change.hook && { document: toDocument(change.hook) }),
          ...(change.sealed && { sealed: change.sealed }),
          next_time: 0,
          progress: JSON.stringify({ ...NEW_HOOK_PROGRESS, deliveredTime }),
          paused_time: isPaused ? (before.paused_time ?? clock.now()) : null,
          pause_note: isPaused ? before.pause_note : null,
        }
        const owned = ownedBy(authority, id)
        await updateOne(transaction, owned, row)
        const detail = {
          ...(change.hook && tell(change.hook)),
          ...(change.sealed && { secret: 'replaced' }),
          isPaused,
        }
        await recordAudit(transaction, context, [entryOf(owned, 'update', actor, detail)])
        return toRecord(row)
      })
    },

    deleteHook(authority, id, actor) {
      return transact(async (transaction) => {
        await lockAuthority(transaction, authority)
        const owned = ownedBy(authority, id)
        await deleteOne(transaction, owned)
        await recordAudit(transaction, context, [entryOf(owned, 'delete', actor)])
      })
    },

    async listDueHooks(now) {
      const rows = await kysely
        .selectFrom('hooks')
        .selectAll()
        .where('paused_time', 'is', null)
        .where('next_time', '<=', now)
        .where(({ exists, selectFrom }) =>
          exists(
            selectFrom('alert_events')
              .select('sequence')
              .whereRef('alert_events.authority', '=', 'hooks.authority')
              .whereRef('alert_events.sequence', '>', 'hooks.position'),
          ),
        )
        .orderBy('next_time')
        .orderBy('authority')
        .orderBy('id')
        .execute()
      return rows.map(toRecord)
    },

    recordHookTry({ authority, hook: { id }, position, version }, outcome) {
      return transact(async (transaction) => {
        const { progress, pauseNote } = outcome
        let update = transaction
          .updateTable('hooks')
          .set({
            position: outcome.position,
            next_time: outcome.nextTime,
            progress: JSON.stringify(progress),
            ...(pauseNote !== null && { paused_time: clock.now(), pause_note: cleanText(pauseNote) }),
          })
          .where('authority', '=', authority)
          .where('id', '=', id)
          .where('position', '=', position)
        // What was delivered is, whatever was changed meanwhile; what was not may be by what the hook is now.
        const isDelivered = outcome.deliveries.some(({ status }) => status === 'delivered')
        if (!isDelivered) update = update.where('version', '=', version)
        const { numUpdatedRows } = await update.executeTakeFirstOrThrow()
        if (numUpdatedRows === 0n) return false
        await keepHookDeliveries(transaction, { authority, hook: id, deliveries: outcome.deliveries })
        return true
      })
    },
  }
}

function ownedBy(authority: string, id: string): Owned<'hooks'> {
  return { table: 'hooks', noun: 'hook', authority, id }
}

/** Behind what has been: a new hook is told of what comes. */
async function readPosition(transaction: RegistryTransaction, authority: string): Promise<number> {
  const { last } = await transaction
    .selectFrom('alert_events')
    .select(({ fn }) => fn.max('sequence').as('last'))
    .where('authority', '=', authority)
    .executeTakeFirstOrThrow()
  return last ?? 0
}

function toDocument(hook: Hook): string {
  return JSON.stringify({ ...hook, name: cleanText(hook.name) })
}

function toRecord(row: RegistryTables['hooks']): HookRecord {
  return {
    authority: row.authority,
    version: row.version,
    hook: JSON.parse(row.document),
    sealed: row.sealed === null ? null : new Uint8Array(row.sealed),
    position: row.position,
    nextTime: row.next_time,
    progress: JSON.parse(row.progress),
    pausedTime: row.paused_time,
    pauseNote: row.pause_note,
  }
}

/** Without what follows the host: it is what some receivers know a sender by. */
function tell({ name, url, email, events, conditions }: Hook): object {
  return { name, ...(url === null ? { email } : { url: new URL(url).origin }), events, conditions }
}
