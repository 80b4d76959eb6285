import type { PageQuery } from '../model/page.ts'
import type { ServiceNoticeKind, ServiceNoticeOf } from '../model/service-notice.ts'
import { entryOf, recordAudit } from './audit.ts'
import { findDocument, listDocuments } from './documents.ts'
import { deleteOne, insertWithin, type Owned, updateOne } from './owned-rows.ts'
import type { Registry } from './registry.ts'
import { lockAuthority, notFound, type RegistryContext } from './registry-context.ts'
import { readTimeOrderedId } from './time-ordered-id.ts'

/** What each kind is called in messages and, with underscores, in the audit. */
const NOUNS = {
  'service-alerts': 'service alert',
  'service-changes': 'service change',
  works: 'roadwork',
} as const satisfies Record<ServiceNoticeKind, string>

/** Of each kind an authority may have as many; one more is refused. */
const NOTICES_MAX = 1_000

export function createServiceNoticeRecords(
  context: RegistryContext,
): Pick<
  Registry,
  | 'listServiceNoticeTimes'
  | 'listServiceNotices'
  | 'getServiceNotice'
  | 'createServiceNotice'
  | 'updateServiceNotice'
  | 'deleteServiceNotice'
  | 'getServiceNoticesVersion'
> {
  const { kysely, transact } = context.database
  return {
    async listServiceNoticeTimes(authority, kind) {
      const rows = await kysely
        .selectFrom('service_notices')
        .select(['id', 'version'])
        .where('authority', '=', authority)
        .where('kind', '=', kind)
        .execute()
      return new Map(rows.map(({ id, version }) => [id, readTimeOrderedId(version)]))
    },

    listServiceNotices<K extends ServiceNoticeKind>(authority: string, kind: K, page: PageQuery) {
      return listDocuments<ServiceNoticeOf[K]>(kysely, { table: 'service_notices', authority, kind }, page)
    },

    async getServiceNotice<K extends ServiceNoticeKind>(authority: string, kind: K, id: string) {
      const found = await findDocument<ServiceNoticeOf[K]>(
        kysely,
        { table: 'service_notices', authority, kind },
        id,
      )
      if (!found) throw notFound(NOUNS[kind], id)
      return found
    },

    createServiceNotice(authority, kind, notice, actor) {
      return transact(async (transaction) => {
        await lockAuthority(transaction, authority)
        const owned = ownedBy(authority, kind, notice.id)
        const row = {
          authority,
          kind,
          id: notice.id,
          version: context.nextId(),
          document: JSON.stringify(notice),
        }
        await insertWithin(transaction, NOTICES_MAX, owned, row)
        await recordAudit(transaction, context, [entryOf(owned, 'create', actor, notice)])
      })
    },

    updateServiceNotice(authority, kind, notice, actor) {
      return transact(async (transaction) => {
        await lockAuthority(transaction, authority)
        const owned = ownedBy(authority, kind, notice.id)
        const values = { version: context.nextId(), document: JSON.stringify(notice) }
        await updateOne(transaction, owned, values)
        await recordAudit(transaction, context, [entryOf(owned, 'update', actor, notice)])
      })
    },

    deleteServiceNotice(authority, kind, id, actor) {
      return transact(async (transaction) => {
        await lockAuthority(transaction, authority)
        const owned = ownedBy(authority, kind, id)
        await deleteOne(transaction, owned)
        await recordAudit(transaction, context, [entryOf(owned, 'delete', actor)])
      })
    },

    async getServiceNoticesVersion(authority) {
      const { count, version } = await kysely
        .selectFrom('service_notices')
        .select(({ fn }) => [fn.countAll<number>().as('count'), fn.max('version').as('version')])
        .where('authority', '=', authority)
        .executeTakeFirstOrThrow()
      return `${count}.${version ?? ''}`
    },
  }
}

function ownedBy(authority: string, kind: ServiceNoticeKind, id: string): Owned<'service_notices'> {
  return { table: 'service_notices', noun: NOUNS[kind], authority, kind, id }
}
