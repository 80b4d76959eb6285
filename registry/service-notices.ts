import { KerbsideError } from '../model/error.ts'
import type { PageQuery } from '../model/page.ts'
import type { ServiceNoticeKind, ServiceNoticeOf } from '../model/service-notice.ts'
import { recordAudit } from './audit.ts'
import { findDocument, listDocuments } from './documents.ts'
import type { Registry } from './registry.ts'
import { alreadyExists, lockAuthority, notFound, type RegistryContext } from './registry-context.ts'
import { readTimeOrderedId } from './time-ordered-id.ts'

/** What each kind is called in messages and, with underscores and before `.create` and the like, in the audit. */
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
        const { count } = await transaction
          .selectFrom('service_notices')
          .select(({ fn }) => fn.countAll<number>().as('count'))
          .where('authority', '=', authority)
          .where('kind', '=', kind)
          .executeTakeFirstOrThrow()
        const { numInsertedOrUpdatedRows } = await transaction
          .insertInto('service_notices')
          .values({
            authority,
            kind,
            id: notice.id,
            version: context.nextId(),
            document: JSON.stringify(notice),
          })
          .onConflict((conflict) => conflict.columns(['authority', 'kind', 'id']).doNothing())
          .executeTakeFirstOrThrow()
        if (!numInsertedOrUpdatedRows) throw alreadyExists(NOUNS[kind], notice.id)
        if (Number(count) >= NOTICES_MAX) {
          throw new KerbsideError(
            'CONFLICT',
            `There are ${NOTICES_MAX} ${NOUNS[kind]}s already: delete some that are over.`,
          )
        }
        await recordAudit(transaction, context, [entry(authority, kind, notice.id, 'create', actor, notice)])
      })
    },

    updateServiceNotice(authority, kind, notice, actor) {
      return transact(async (transaction) => {
        await lockAuthority(transaction, authority)
        const { numUpdatedRows } = await transaction
          .updateTable('service_notices')
          .set({ version: context.nextId(), document: JSON.stringify(notice) })
          .where('authority', '=', authority)
          .where('kind', '=', kind)
          .where('id', '=', notice.id)
          .executeTakeFirstOrThrow()
        if (numUpdatedRows === 0n) throw notFound(NOUNS[kind], notice.id)
        await recordAudit(transaction, context, [entry(authority, kind, notice.id, 'update', actor, notice)])
      })
    },

    deleteServiceNotice(authority, kind, id, actor) {
      return transact(async (transaction) => {
        await lockAuthority(transaction, authority)
        const { numDeletedRows } = await transaction
          .deleteFrom('service_notices')
          .where('authority', '=', authority)
          .where('kind', '=', kind)
          .where('id', '=', id)
          .executeTakeFirstOrThrow()
        if (numDeletedRows === 0n) throw notFound(NOUNS[kind], id)
        await recordAudit(transaction, context, [entry(authority, kind, id, 'delete', actor)])
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

function entry(
  authority: string,
  kind: ServiceNoticeKind,
  target: string,
  change: string,
  actor: string,
  detail?: unknown,
) {
  return { authority, actor, action: `${NOUNS[kind].replace(' ', '_')}.${change}`, target, detail }
}
