import { sql } from 'kysely'
import type { HookDelivery } from '../model/hook.ts'
import { cleanText } from './clean-text.ts'
import { listPage } from './list-page.ts'
import type { Registry } from './registry.ts'
import type { RegistryContext, RegistryTransaction } from './registry-context.ts'

const DAY_MS = 86_400_000
const KEPT_MS = 30 * DAY_MS
const KEPT_MAX = 1_000

export function createHookDeliveryRecords({
  database: { kysely },
}: RegistryContext): Pick<Registry, 'listHookDeliveries'> {
  return {
    async listHookDeliveries(authority, hook, page) {
      let query = kysely
        .selectFrom('hook_deliveries')
        .select(['sequence', 'document'])
        .where('authority', '=', authority)
        .where('hook', '=', hook)
      if (page.after !== undefined) query = query.where('sequence', '<', Number(page.after))
      const rows = await query
        .orderBy('sequence', 'desc')
        .limit(page.limit + 1)
        .execute()
      return listPage(
        rows,
        page,
        ({ document }): HookDelivery => JSON.parse(document),
        ({ sequence }) => String(sequence),
      )
    },
  }
}

/** Instead of what became of the same events before. */
export async function keepHookDeliveries(
  transaction: RegistryTransaction,
  {
    authority,
    hook,
    deliveries,
  }: { readonly authority: string; readonly hook: string; readonly deliveries: readonly HookDelivery[] },
): Promise<void> {
  if (deliveries.length === 0) return
  const rows = deliveries.map((delivery) => ({
    authority,
    hook,
    sequence: delivery.sequence,
    tried_time: delivery.triedTime,
    document: cleanText(JSON.stringify(delivery)),
  }))
  await transaction
    .insertInto('hook_deliveries')
    .values(rows)
    .onConflict((conflict) =>
      conflict.columns(['authority', 'hook', 'sequence']).doUpdateSet(({ ref }) => ({
        tried_time: ref('excluded.tried_time'),
        document: ref('excluded.document'),
      })),
    )
    .execute()
}

/** Those tried long ago go, and of each hook those before its newest. */
export async function trimHookDeliveries(transaction: RegistryTransaction, now: number): Promise<void> {
  await transaction
    .deleteFrom('hook_deliveries')
    .where('tried_time', '<', now - KEPT_MS)
    .execute()
  await sql`
    delete from hook_deliveries where (authority, hook, sequence) in (
      select authority, hook, sequence from (
        select authority, hook, sequence,
          row_number() over (partition by authority, hook order by sequence desc) as place
        from hook_deliveries
      ) as newest where place > ${KEPT_MAX}
    )`.execute(transaction)
}
