import type { SiteKind, SiteOf } from '../model/site.ts'
import { recordAudit } from './audit.ts'
import { listPage } from './list-page.ts'
import type { Registry } from './registry.ts'
import { alreadyExists, notFound, type RegistryContext, requireAuthority } from './registry-context.ts'

/** What each kind is called in messages and, before `.create` and the like, in the audit. */
const NOUNS = { depots: 'depot', tips: 'tip', lorries: 'lorry' } as const satisfies Record<SiteKind, string>

export function createSiteRecords(
  context: RegistryContext,
): Pick<Registry, 'listSites' | 'getSite' | 'createSite' | 'updateSite' | 'deleteSite'> {
  const { kysely, transact } = context.database
  return {
    async listSites<K extends SiteKind>(
      authority: string,
      kind: K,
      page: { limit: number; after?: string | undefined },
    ) {
      let query = kysely
        .selectFrom('sites')
        .select(['id', 'document'])
        .where('authority', '=', authority)
        .where('kind', '=', kind)
      if (page.after !== undefined) query = query.where('id', '>', page.after)
      const rows = await query
        .orderBy('id')
        .limit(page.limit + 1)
        .execute()
      return listPage(
        rows,
        page,
        (row): SiteOf[K] => JSON.parse(row.document),
        (row) => row.id,
      )
    },

    async getSite(authority, kind, id) {
      const row = await kysely
        .selectFrom('sites')
        .select('document')
        .where('authority', '=', authority)
        .where('kind', '=', kind)
        .where('id', '=', id)
        .executeTakeFirst()
      if (!row) throw notFound(NOUNS[kind], id)
      return JSON.parse(row.document)
    },

    createSite(authority, kind, site, actor) {
      return transact(async (transaction) => {
        await requireAuthority(transaction, authority)
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
