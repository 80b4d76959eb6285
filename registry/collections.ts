import { sql } from 'kysely'
import type { Collection, CollectionRecord, CollectionSummary } from '../model/collection.ts'
import { entryOf, recordAudit } from './audit.ts'
import { insertRows } from './insert-rows.ts'
import { listById } from './list-page.ts'
import { deleteOne, insertWithin, type Owned, updateOne } from './owned-rows.ts'
import type { Registry } from './registry.ts'
import {
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
        const owned = ownedBy(authority, collection.id)
        const row = { authority, ...toRow(collection), revision: 0, changed_time: clock.now() }
        await insertWithin(transaction, COLLECTIONS_MAX, owned, row)
        await insertUprns(transaction, authority, collection)
        await recordAudit(transaction, context, [entryOf(owned, 'create', actor, summarise(collection))])
      })
    },

    updateCollection(authority, collection, actor) {
      return transact(async (transaction) => {
        await lockAuthority(transaction, authority)
        const owned = ownedBy(authority, collection.id)
        await updateOne(transaction, owned, {
          ...toRow(collection),
          revision: sql<number>`revision + 1`,
          changed_time: clock.now(),
        })
        await transaction
          .deleteFrom('collection_uprns')
          .where('authority', '=', authority)
          .where('collection', '=', collection.id)
          .execute()
        await insertUprns(transaction, authority, collection)
        await recordAudit(transaction, context, [entryOf(owned, 'update', actor, summarise(collection))])
      })
    },

    deleteCollection(authority, id, actor) {
      return transact(async (transaction) => {
        await lockAuthority(transaction, authority)
        const owned = ownedBy(authority, id)
        await deleteOne(transaction, owned)
        await recordAudit(transaction, context, [entryOf(owned, 'delete', actor)])
      })
    },
  }
}

function ownedBy(authority: string, id: string): Owned<'collections'> {
  return { table: 'collections', noun: 'collection', authority, id }
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

/** Without its households: tens of thousands of them would fill the audit. */
function summarise({ uprns, ...collection }: Collection): CollectionSummary {
  return { ...collection, uprnCount: uprns?.length ?? null }
}
