import { insertRows } from './insert-rows.ts'
import { listById } from './list-page.ts'
import type { Registry } from './registry.ts'
import type { RegistryContext, RegistryTransaction } from './registry-context.ts'

export interface Audited {
  /** Null for what concerns the installation itself. */
  readonly authority: string | null
  readonly actor: string
  readonly action: string
  readonly target: string
  /** Without secrets. */
  readonly detail?: unknown
}

export function createAuditRecords({ database }: RegistryContext): Pick<Registry, 'listAudit'> {
  return {
    listAudit(authority, page) {
      let query = database.kysely.selectFrom('audit').selectAll().where('authority', '=', authority)
      if (!page.includesEarlier) query = query.where('is_earlier', '=', 0)
      return listById(query, page, ({ id, time, actor, action, target, detail }) => {
        return { id, time, actor, action, target, detail: JSON.parse(detail) }
      })
    },
  }
}

/** Of a change of what an authority has: its noun, with underscores, and what was done to it. */
export function entryOf(
  { noun, authority, id }: { readonly noun: string; readonly authority: string; readonly id: string },
  change: 'create' | 'update' | 'delete',
  actor: string,
  detail?: unknown,
): Audited {
  return { authority, actor, action: `${noun.replaceAll(' ', '_')}.${change}`, target: id, detail }
}

/** All that is there is of an authority that was deleted: what its id stands for is another one from now on. */
export async function markAuditEarlier(transaction: RegistryTransaction, authority: string): Promise<void> {
  await transaction
    .updateTable('audit')
    .set({ is_earlier: 1 })
    .where('authority', '=', authority)
    .where('is_earlier', '=', 0)
    .execute()
}

/** Within the transaction of the change itself: neither is there without the other. */
export async function recordAudit(
  transaction: RegistryTransaction,
  { clock, nextId }: RegistryContext,
  entries: readonly Audited[],
): Promise<void> {
  const time = clock.now()
  await insertRows(
    transaction,
    'audit',
    entries.map(({ detail, ...entry }) => {
      return { ...entry, id: nextId(), time, detail: JSON.stringify(detail ?? null) }
    }),
  )
}
