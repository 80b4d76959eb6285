import type { Authority, AuthorityPatch } from '../model/authority.ts'
import { mergePatch } from '../model/merge-patch.ts'
import { type Publication, publicationSchema } from '../model/publication.ts'
import { markAuditEarlier, recordAudit } from './audit.ts'
import { cleanText } from './clean-text.ts'
import { recordAllDeleted, takeVersions } from './device-changes.ts'
import { listById } from './list-page.ts'
import type { Registry } from './registry.ts'
import {
  alreadyExists,
  lockAuthority,
  notFound,
  type RegistryContext,
  type RegistryTransaction,
} from './registry-context.ts'
import type { RegistryTables } from './registry-tables.ts'
import { recordRevocation } from './revocations.ts'
import { startCountsAgain } from './source-counts.ts'

type AuthorityRow = RegistryTables['authorities']

export function createAuthorityRecords(
  context: RegistryContext,
): Pick<
  Registry,
  | 'listAuthorities'
  | 'getAuthority'
  | 'getIncarnation'
  | 'createAuthority'
  | 'updateAuthority'
  | 'deleteAuthority'
> {
  const { kysely, transact } = context.database
  return {
    listAuthorities(page) {
      const query = kysely.selectFrom('authorities').selectAll()
      return listById(query, page, toAuthority)
    },

    async getAuthority(id) {
      const row = await kysely.selectFrom('authorities').selectAll().where('id', '=', id).executeTakeFirst()
      if (!row) throw notFound('authority', id)
      return toAuthority(row)
    },

    async getIncarnation(id) {
      const row = await kysely
        .selectFrom('authorities')
        .select('incarnation')
        .where('id', '=', id)
        .executeTakeFirst()
      if (!row) throw notFound('authority', id)
      return row.incarnation
    },

    createAuthority({ id, name, timeZone, published, licence, attribution, publication }, actor) {
      return transact(async (transaction) => {
        const row = await transaction
          .insertInto('authorities')
          .values({
            id,
            name: cleanText(name ?? id),
            time_zone: timeZone,
            published: JSON.stringify(published),
            licence: licence ?? null,
            attribution: attribution === undefined ? null : cleanText(attribution),
            publication: writePublication(publication),
            incarnation: context.nextId(),
          })
          .onConflict((conflict) => conflict.column('id').doNothing())
          .returningAll()
          .executeTakeFirst()
        if (!row) throw alreadyExists('authority', id)
        await startCountsAgain(transaction, id)
        await markAuditEarlier(transaction, id)
        const authority = toAuthority(row)
        await recordAudit(transaction, context, [
          { authority: id, actor, action: 'authority.create', target: id, detail: authority },
        ])
        return authority
      })
    },

    updateAuthority(id, patch, actor) {
      return transact(async (transaction) => {
        const { name, timeZone, published, licence, attribution } = patch
        const publication = patch.publication && (await mergePublication(transaction, id, patch.publication))
        const row = await transaction
          .updateTable('authorities')
          .set({
            // So that a patch of nothing is a statement too.
            id,
            ...(name === undefined ? {} : { name: cleanText(name) }),
            ...(timeZone === undefined ? {} : { time_zone: timeZone }),
            ...(published === undefined ? {} : { published: JSON.stringify(published) }),
            ...(licence === undefined ? {} : { licence }),
            ...(attribution === undefined
              ? {}
              : { attribution: attribution === null ? null : cleanText(attribution) }),
            ...(publication === undefined
              ? {}
              : { publication: publication === null ? null : writePublication(publication) }),
          })
          .where('id', '=', id)
          .returningAll()
          .executeTakeFirst()
        if (!row) throw notFound('authority', id)
        await recordAudit(transaction, context, [
          { authority: id, actor, action: 'authority.update', target: id, detail: patch },
        ])
        return toAuthority(row)
      })
    },

    deleteAuthority(id, actor) {
      return transact(async (transaction) => {
        // Before the authority's own row is locked: device changes take their version first, too.
        await recordAllDeleted(transaction, context, id)
        const version = await takeVersions(transaction, 1)
        const { numDeletedRows } = await transaction
          .deleteFrom('authorities')
          .where('id', '=', id)
          .executeTakeFirstOrThrow()
        if (numDeletedRows === 0n) throw notFound('authority', id)
        await recordRevocation(transaction, context, { version, authority: id, keyHash: null })
        await recordAudit(transaction, context, [
          { authority: id, actor, action: 'authority.delete', target: id },
        ])
      })
    },
  }
}

/** Locks the authority's row, so that two patches of it are merged one after the other. */
async function mergePublication(
  transaction: RegistryTransaction,
  id: string,
  patch: NonNullable<AuthorityPatch['publication']>,
): Promise<Publication> {
  await lockAuthority(transaction, id)
  const row = await transaction
    .selectFrom('authorities')
    .select('publication')
    .where('id', '=', id)
    .executeTakeFirstOrThrow()
  return publicationSchema.parse(mergePatch(readPublication(row.publication) ?? {}, patch))
}

/** Null where it says nothing: a dataset without terms is one that is not named. */
function writePublication(publication: Publication | undefined): string | null {
  const said = Object.entries(publication ?? {}).flatMap(([dataset, terms]) => {
    const entries = Object.entries(terms ?? {}).map(([name, value]) => [
      name,
      typeof value === 'string' ? cleanText(value) : value,
    ])
    return entries.length > 0 ? [[dataset, Object.fromEntries(entries)]] : []
  })
  return said.length > 0 ? JSON.stringify(Object.fromEntries(said)) : null
}

function readPublication(text: string | null): Publication | undefined {
  return text === null ? undefined : JSON.parse(text)
}

function toAuthority(row: Omit<AuthorityRow, 'incarnation'>): Authority {
  const { id, name, time_zone, published, licence, attribution } = row
  const publication = readPublication(row.publication)
  return {
    id,
    name,
    timeZone: time_zone,
    published: JSON.parse(published),
    ...(licence !== null && { licence }),
    ...(attribution !== null && { attribution }),
    ...(publication !== undefined && { publication }),
  }
}
