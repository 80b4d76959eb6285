import { KerbsideError } from '../model/error.ts'
import { type Share, type SharedDataset, stateOf } from '../model/share.ts'
import { formatTime } from '../model/time.ts'
import { recordAudit } from './audit.ts'
import { cleanText } from './clean-text.ts'
import { requireAtMost } from './count-rows.ts'
import { findShare, letOldSharesGo } from './find-share.ts'
import { listById } from './list-page.ts'
import type { Registry } from './registry.ts'
import {
  lockAuthority,
  notFound,
  type RegistryContext,
  type RegistryTransaction,
} from './registry-context.ts'
import type { RegistryTables } from './registry-tables.ts'

/** An authority may have as many that are not over; one more is refused. */
const SHARES_MAX = 200
/** More shares that are granted to one authority are not planned with; those whose ids come first are. */
const USABLE_MAX = 1_000

type ShareRow = RegistryTables['shares']

export function createShareRecords(
  context: RegistryContext,
): Pick<
  Registry,
  'listShares' | 'getShare' | 'createShare' | 'updateShare' | 'endShare' | 'listUsableShares'
> {
  const { clock } = context
  const { kysely, transact } = context.database
  return {
    listShares(authority, { direction, ...page }) {
      const query = kysely.selectFrom('shares').selectAll()
      if (direction === 'granted') return listById(query.where('granting', '=', authority), page, toShare)
      return listById(
        query
          .where('receiving', '=', authority)
          .where('receiving_incarnation', '=', ({ selectFrom }) =>
            selectFrom('authorities').select('incarnation').where('id', '=', authority),
          ),
        page,
        toShare,
      )
    },

    async getShare(authority, id) {
      const row = await findShare(kysely, authority, id)
      if (!row) throw notFound('share', id)
      return toShare(row)
    },

    createShare(granting, { id, to, dataset, purpose, from, until }, actor) {
      return transact(async (transaction) => {
        await lockAuthority(transaction, granting)
        const now = clock.now()
        await letOldSharesGo(transaction, granting, now)
        const receiving = await transaction
          .selectFrom('authorities')
          .select('incarnation')
          .where('id', '=', to)
          .executeTakeFirst()
        const row: ShareRow = {
          id,
          granting,
          receiving: to,
          receiving_incarnation: receiving?.incarnation ?? null,
          dataset: cleanText(JSON.stringify(dataset)),
          purpose,
          from_time: from,
          until_time: until,
          created_time: now,
          ended_time: null,
          ended_by: null,
          access_count: 0,
        }
        await transaction.insertInto('shares').values(row).execute()
        await refuseTooMany(transaction, granting, now)
        const share = toShare(row)
        await tell(transaction, share, { change: 'create', by: granting, actor })
        return share
      })
    },

    updateShare(granting, id, until, actor) {
      return transact(async (transaction) => {
        await lockAuthority(transaction, granting)
        const row = await transaction
          .updateTable('shares')
          .set({ until_time: until })
          .where('id', '=', id)
          .where('granting', '=', granting)
          .where('ended_by', 'is', null)
          .returningAll()
          .executeTakeFirst()
        if (!row) throw await whyNot(transaction, granting, id)
        // One that was over counts again.
        await refuseTooMany(transaction, granting, clock.now())
        const share = toShare(row)
        await tell(transaction, share, { change: 'update', by: granting, actor })
        return share
      })
    },

    endShare(authority, id, actor) {
      return transact(async (transaction) => {
        const now = clock.now()
        const found = await findShare(transaction, authority, id)
        if (!found) throw notFound('share', id)
        const row = await transaction
          .updateTable('shares')
          .set({ ended_time: now, ended_by: authority })
          .where('id', '=', id)
          .where('ended_by', 'is', null)
          .where('until_time', '>', now)
          .returningAll()
          .executeTakeFirst()
        if (!row) throw await whyNot(transaction, authority, id)
        const change = authority === row.granting ? 'withdraw' : 'decline'
        await tell(transaction, toShare(row), { change, by: authority, actor })
      })
    },

    async listUsableShares(authority) {
      const now = clock.now()
      const rows = await kysely
        .selectFrom('shares')
        .innerJoin('authorities', (join) =>
          join
            .onRef('authorities.id', '=', 'shares.receiving')
            .onRef('authorities.incarnation', '=', 'shares.receiving_incarnation'),
        )
        .selectAll('shares')
        .where('shares.receiving', '=', authority)
        .where('shares.ended_by', 'is', null)
        .where('shares.from_time', '<=', now)
        .where('shares.until_time', '>', now)
        .orderBy('shares.id')
        .limit(USABLE_MAX)
        .execute()
      return rows.map(toShare)
    },
  }

  async function whyNot(transaction: RegistryTransaction, authority: string, id: string) {
    const found = await findShare(transaction, authority, id)
    if (!found || found.ended_by === null) {
      return found && stateOf(toShare(found), clock.now()) === 'over'
        ? alreadyOver(id)
        : notFound('share', id)
    }
    return alreadyOver(id)
  }

  /** Both sides hear of it, each in its own audit; of the other side's key neither hears more than whose it is. */
  async function tell(
    transaction: RegistryTransaction,
    share: Share,
    { change, by, actor }: { readonly change: string; readonly by: string; readonly actor: string },
  ): Promise<void> {
    const { id, granting, to, dataset, purpose, from, until } = share
    const detail = {
      granting,
      to,
      dataset: summarize(dataset),
      purpose,
      from: formatTime(from),
      until: formatTime(until),
    }
    const entry = { action: `share.${change}`, target: id, detail }
    const isThere = (await findShare(transaction, to, id)) !== undefined
    await recordAudit(
      transaction,
      context,
      [granting, ...(isThere ? [to] : [])].map((authority) => {
        return { authority, actor: authority === by ? actor : by, ...entry }
      }),
    )
  }
}

async function refuseTooMany(transaction: RegistryTransaction, granting: string, now: number): Promise<void> {
  const current = transaction
    .selectFrom('shares')
    .where('granting', '=', granting)
    .where('ended_by', 'is', null)
    .where('until_time', '>', now)
  await requireAtMost(SHARES_MAX, 'shares that are not over', current)
}

function alreadyOver(id: string): KerbsideError {
  return new KerbsideError('CONFLICT', `The share "${id}" is over already.`)
}

/** The audit is no place for a thousand ids. */
function summarize({ type, area, ...named }: SharedDataset): object {
  const ids = Object.entries(named).map(([field, list]) => [field, (list as string[]).length])
  return { type, ...(area && { area: true }), ...Object.fromEntries(ids) }
}

function toShare(row: ShareRow): Share {
  return {
    id: row.id,
    granting: row.granting,
    to: row.receiving,
    dataset: JSON.parse(row.dataset),
    purpose: row.purpose,
    from: row.from_time,
    until: row.until_time,
    createdTime: row.created_time,
    endedTime: row.ended_time,
    endedBy: row.ended_by,
  }
}
