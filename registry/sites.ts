import { KerbsideError } from '../model/error.ts'
import type { PageQuery } from '../model/page.ts'
import type { SiteKind, SiteOf } from '../model/site.ts'
import { entryOf, recordAudit } from './audit.ts'
import { findDocument, listDocuments } from './documents.ts'
import { deleteOne, insertOne, type Owned, updateOne } from './owned-rows.ts'
import type { Registry } from './registry.ts'
import {
  lockAuthority,
  notFound,
  type RegistryContext,
  type RegistryTransaction,
} from './registry-context.ts'

/** What each kind is called in messages and in the audit. */
const NOUNS = { depots: 'depot', tips: 'tip', lorries: 'lorry' } as const satisfies Record<SiteKind, string>

export function createSiteRecords(
  context: RegistryContext,
): Pick<Registry, 'listSites' | 'getSite' | 'createSite' | 'updateSite' | 'deleteSite'> {
  const { kysely, transact } = context.database
  return {
    listSites<K extends SiteKind>(authority: string, kind: K, page: PageQuery) {
      return listDocuments<SiteOf[K]>(kysely, { table: 'sites', authority, kind }, page)
    },

    async getSite<K extends SiteKind>(authority: string, kind: K, id: string) {
      const found = await findDocument<SiteOf[K]>(kysely, { table: 'sites', authority, kind }, id)
      if (!found) throw notFound(NOUNS[kind], id)
      return found
    },

    createSite(authority, kind, site, actor) {
      return transact(async (transaction) => {
        await lockAuthority(transaction, authority)
        await requireDepot(transaction, authority, site)
        const owned = ownedBy(authority, kind, site.id)
        await insertOne(transaction, owned, { authority, kind, id: site.id, document: JSON.stringify(site) })
        await recordAudit(transaction, context, [entryOf(owned, 'create', actor, site)])
      })
    },

    updateSite(authority, kind, site, actor) {
      return transact(async (transaction) => {
        await lockAuthority(transaction, authority)
        await requireDepot(transaction, authority, site)
        const owned = ownedBy(authority, kind, site.id)
        await updateOne(transaction, owned, { document: JSON.stringify(site) })
        await recordAudit(transaction, context, [entryOf(owned, 'update', actor, site)])
      })
    },

    deleteSite(authority, kind, id, actor) {
      return transact(async (transaction) => {
        await lockAuthority(transaction, authority)
        if (kind === 'depots') await refuseUsedDepot(transaction, authority, id)
        const owned = ownedBy(authority, kind, id)
        await deleteOne(transaction, owned)
        await recordAudit(transaction, context, [entryOf(owned, 'delete', actor)])
      })
    },
  }
}

function ownedBy(authority: string, kind: SiteKind, id: string): Owned<'sites'> {
  return { table: 'sites', noun: NOUNS[kind], authority, kind, id }
}

/** A lorry's depot has to be there. */
async function requireDepot(
  transaction: RegistryTransaction,
  authority: string,
  site: SiteOf[SiteKind],
): Promise<void> {
  if (!('depotId' in site)) return
  const depot = await transaction
    .selectFrom('sites')
    .select('id')
    .where('authority', '=', authority)
    .where('kind', '=', 'depots')
    .where('id', '=', site.depotId)
    .executeTakeFirst()
  if (depot) return
  throw new KerbsideError('INVALID_REQUEST', `A lorry needs a depot that is there, and not ${site.depotId}`, {
    faults: [{ path: 'depotId', message: `there is no depot ${site.depotId}` }],
  })
}

/** Names in a message; more help nobody. */
const NAMED_MAX = 10

async function refuseUsedDepot(
  transaction: RegistryTransaction,
  authority: string,
  depotId: string,
): Promise<void> {
  const rows = await transaction
    .selectFrom('sites')
    .select('document')
    .where('authority', '=', authority)
    .where('kind', '=', 'lorries')
    .orderBy('id')
    .execute()
  const ids = rows
    .map(({ document }): SiteOf['lorries'] => JSON.parse(document))
    .filter((lorry) => lorry.depotId === depotId)
    .map(({ id }) => id)
  if (ids.length === 0) return
  const more = ids.length > NAMED_MAX ? ` and ${ids.length - NAMED_MAX} more` : ''
  throw new KerbsideError(
    'CONFLICT',
    `The depot ${depotId} is that of lorries: ${ids.slice(0, NAMED_MAX).join(', ')}${more}`,
  )
}
