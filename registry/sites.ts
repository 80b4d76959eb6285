import { KerbsideError } from '../model/error.ts'
import type { PageQuery } from '../model/page.ts'
import type { SiteKind, SiteOf } from '../model/site.ts'
import { recordAudit } from './audit.ts'
import { findDocument, listDocuments } from './documents.ts'
import type { Registry } from './registry.ts'
import {
  alreadyExists,
  lockAuthority,
  notFound,
  type RegistryContext,
  type RegistryTransaction,
} from './registry-context.ts'

/** What each kind is called in messages and, before `.create` and the like, in the audit. */
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
        const { numInsertedOrUpdatedRows } = await transaction
          .insertInto('sites')
          .values({ authority, kind, id: site.id, document: JSON.stringify(site) })
          .onConflict((conflict) => conflict.columns(['authority', 'kind', 'id']).doNothing())
          .executeTakeFirstOrThrow()
        if (!numInsertedOrUpdatedRows) throw alreadyExists(NOUNS[kind], site.id)
        await recordAudit(transaction, context, [
          { authority, actor, action: `${NOUNS[kind]}.create`, target: site.id, detail: site },
        ])
      })
    },

    updateSite(authority, kind, site, actor) {
      return transact(async (transaction) => {
        await lockAuthority(transaction, authority)
        await requireDepot(transaction, authority, site)
        const { numUpdatedRows } = await transaction
          .updateTable('sites')
          .set({ document: JSON.stringify(site) })
          .where('authority', '=', authority)
          .where('kind', '=', kind)
          .where('id', '=', site.id)
          .executeTakeFirstOrThrow()
        if (numUpdatedRows === 0n) throw notFound(NOUNS[kind], site.id)
        await recordAudit(transaction, context, [
          { authority, actor, action: `${NOUNS[kind]}.update`, target: site.id, detail: site },
        ])
      })
    },

    deleteSite(authority, kind, id, actor) {
      return transact(async (transaction) => {
        await lockAuthority(transaction, authority)
        if (kind === 'depots') await refuseUsedDepot(transaction, authority, id)
        const { numDeletedRows } = await transaction
          .deleteFrom('sites')
          .where('authority', '=', authority)
          .where('kind', '=', kind)
          .where('id', '=', id)
          .executeTakeFirstOrThrow()
        if (numDeletedRows === 0n) throw notFound(NOUNS[kind], id)
        await recordAudit(transaction, context, [
          { authority, actor, action: `${NOUNS[kind]}.delete`, target: id },
        ])
      })
    },
  }
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
