import type { Collection, CollectionRecord, CollectionSummary } from '../model/collection.ts'
import { KerbsideError } from '../model/error.ts'
import { recordAudit } from './audit.ts'
import { insertRows } from './insert-rows.ts'
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

/** An authority may have as many; one more is refused. */
const COLLECTIONS_MAX = 500

export function createCollectionRecords(
  context: RegistryContext,
): Pick<
  Registry,
  | 'listCollections'
  | 'listCollectionsOf'
  | 'getCollection'
  | 'createCollection'
  | 'updateCollection'
  | 'deleteCollection'
> {
  const { clock } = context
  const { kysely, transact } = context.database
  return {
    listCollections(authority, page) {
      const query = kysely.selectFrom('collections').selectAll().where('authority', '=', authority)
      return listById(query, page, toRecord)
    },

    async listCollectionsOf(authority, uprn) {
      const rows = await kysely
        .selectFrom('collection_uprns')
        .innerJoin('collections', (join) =>
          join
            .onRef('collections.authority', '=', 'collection_uprns.authority')
            .onRef('collections.id', '=', 'collection_uprns.collection'),
        )
        .selectAll('collections')
        .where('collection_uprns.authority', '=', authority)
        .where('collection_uprns.uprn', '=', uprn)
        .orderBy('collections.id')
        .execute()
      return rows.map(toRecord)
    },

    async getCollection(authority, id) {
      const [row, uprns] = await Promise.all([
        kysely
          .selectFrom('collections')
          .selectAll()
          .where('authority', '=', authority)
          .where('id', '=', id)
          .executeTakeFirst(),
        kysely
          .selectFrom('collection_uprns')
          .select('uprn')
          .where('authority', '=', authority)
          .where('collection', '=', id)
          .orderBy('uprn')
          .execute(),
      ])
      if (!row) throw notFound('collection', id)
      const { uprnCount, ...collection } = toRecord(row).collection
      return { ...collection, uprns: uprnCount === null ? null : uprns.map(({ uprn }) => uprn) }
    },

    createCollection(authority, collection, actor) {
      return transact(async (transaction) => {
        await lockAuthority(transaction, authority)
        const { count } = await transaction
          .selectFrom('collections')
          .select(({ fn }) => fn.countAll<number>().as('count'))
          .where('authority', '=', authority)
          .executeTakeFirstOrThrow()
        const { numInsertedOrUpdatedRows } = await transaction
          .insertInto('collections')
          .values({ authority, ...toRow(collection), revision: 0, changed_time: clock.now() })
          .onConflict((conflict) => conflict.columns(['authority', 'id']).doNothing())
          .executeTakeFirstOrThrow()
        if (!numInsertedOrUpdatedRows) throw alreadyExists('collection', collection.id)
        if (Number(count) >= COLLECTIONS_MAX) {
          throw new KerbsideError('CONFLICT', `There are ${COLLECTIONS_MAX} collections already.`)
        }
        await insertUprns(transaction, authority, collection)
        await recordAudit(transaction, context, [
          entry(authority, collection.id, 'create', actor, collection),
        ])
      })
    },

    updateCollection(authority, collection, actor) {
      return transact(async (transaction) => {
        await lockAuthority(transaction, authority)
        const { numUpdatedRows } = await transaction
          .updateTable('collections')
          .set(({ eb }) => ({
            ...toRow(collection),
            revision: eb('revision', '+', 1),
            changed_time: clock.now(),
          }))
          .where('authority', '=', authority)
          .where('id', '=', collection.id)
          .executeTakeFirstOrThrow()
        if (numUpdatedRows === 0n) throw notFound('collection', collection.id)
        await transaction
          .deleteFrom('collection_uprns')
          .where('authority', '=', authority)
          .where('collection', '=', collection.id)
          .execute()
        await insertUprns(transaction, authority, collection)
        await recordAudit(transaction, context, [
          entry(authority, collection.id, 'update', actor, collection),
        ])
      })
    },

    deleteCollection(authority, id, actor) {
      return transact(async (transaction) => {
        await lockAuthority(transaction, authority)
        const { numDeletedRows } = await transaction
          .deleteFrom('collections')
          .where('authority', '=', authority)
          .where('id', '=', id)
          .executeTakeFirstOrThrow()
        if (numDeletedRows === 0n) throw notFound('collection', id)
        await recordAudit(transaction, context, [entry(authority, id, 'delete', actor)])
      })
    },
  }
}

async function insertUprns(
  transaction: RegistryTransaction,
  authority: string,
  { id, uprns }: Collection,
): Promise<void> {
  const rows = (uprns ?? []).map((uprn) => ({ authority, uprn, collection: id }))
  await insertRows(transaction, 'collection_uprns', rows)
}

function toRow(collection: Collection): Pick<RegistryTables['collections'], 'id' | 'document'> {
  return { id: collection.id, document: JSON.stringify(summarise(collection)) }
}

function toRecord(row: RegistryTables['collections']): CollectionRecord {
  return { collection: JSON.parse(row.document), revision: row.revision, changedTime: row.changed_time }
}

function summarise({ uprns, ...collection }: Collection): CollectionSummary {
  return { ...collection, uprnCount: uprns?.length ?? null }
}

/** Without its households: tens of thousands of them would fill the audit. */
function entry(authority: string, target: string, change: string, actor: string, detail?: Collection) {
  return { authority, actor, action: `collection.${change}`, target, detail: detail && summarise(detail) }
}
