import type { Kysely } from 'kysely'
import type { RegistryTransaction } from './registry-context.ts'
import type { RegistryTables } from './registry-tables.ts'

/** Of an authority's shares that are over the oldest go beyond these. */
const OVER_MAX = 1_000

/** As one of its two sides sees it; undefined for anybody else, and for a later authority of the receiving one's id. */
export async function findShare(
  kysely: Kysely<RegistryTables>,
  authority: string,
  id: string,
): Promise<RegistryTables['shares'] | undefined> {
  const row = await kysely
    .selectFrom('shares')
    .leftJoin('authorities', 'authorities.id', 'shares.receiving')
    .selectAll('shares')
    .select('authorities.incarnation')
    .where('shares.id', '=', id)
    .executeTakeFirst()
  if (!row || row.granting === authority) return row
  const isReceiving = row.receiving === authority && row.receiving_incarnation === row.incarnation
  return isReceiving && row.incarnation !== null ? row : undefined
}

/** Before one more is kept; `now` in ms since 1970. */
export async function letOldSharesGo(
  transaction: RegistryTransaction,
  granting: string,
  now: number,
): Promise<void> {
  const oldest = await transaction
    .selectFrom('shares')
    .select('created_time')
    .where('granting', '=', granting)
    .where((is) => is.or([is('ended_by', 'is not', null), is('until_time', '<=', now)]))
    .orderBy('created_time', 'desc')
    .offset(OVER_MAX - 1)
    .limit(1)
    .executeTakeFirst()
  if (!oldest) return
  await transaction
    .deleteFrom('shares')
    .where('granting', '=', granting)
    .where((is) => is.or([is('ended_by', 'is not', null), is('until_time', '<=', now)]))
    .where('created_time', '<=', oldest.created_time)
    .execute()
}
