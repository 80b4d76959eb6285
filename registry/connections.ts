import type { Connection, ConnectionState } from '../model/connection.ts'
import { entryOf, recordAudit } from './audit.ts'
import { listById } from './list-page.ts'
import { deleteOne, insertWithin, type Owned, updateOne } from './owned-rows.ts'
import type { ConnectionRecord, Registry } from './registry.ts'
import { lockAuthority, notFound, type RegistryContext } from './registry-context.ts'

/** An authority may have as many; one more is refused. */
const CONNECTIONS_MAX = 50

const COLUMNS = ['authority', 'id', 'version', 'document', 'sealed', 'state'] as const

interface ConnectionRow {
  authority: string
  id: string
  version: string
  document: string
  sealed: Uint8Array | null
  state: string | null
}

export function createConnectionRecords(
  context: RegistryContext,
): Pick<
  Registry,
  | 'listConnections'
  | 'listAllConnections'
  | 'getConnection'
  | 'createConnection'
  | 'updateConnection'
  | 'deleteConnection'
  | 'reportConnection'
  | 'listConnectionFeeds'
> {
  const { kysely, transact } = context.database
  return {
    listConnections(authority, page) {
      const query = kysely.selectFrom('connections').select(COLUMNS).where('authority', '=', authority)
      return listById(query, page, toRecord)
    },

    async listAllConnections() {
      const rows = await kysely
        .selectFrom('connections')
        .select(COLUMNS)
        .orderBy('authority')
        .orderBy('id')
        .execute()
      return rows.map(toRecord)
    },

    async getConnection(authority, id) {
      const row = await kysely
        .selectFrom('connections')
        .select(COLUMNS)
        .where('authority', '=', authority)
        .where('id', '=', id)
        .executeTakeFirst()
      if (!row) throw notFound('connection', id)
      return toRecord(row)
    },

    createConnection(authority, connection, sealed, actor) {
      return transact(async (transaction) => {
        await lockAuthority(transaction, authority)
        const owned = ownedBy(authority, connection.id)
        const row = {
          authority,
          id: connection.id,
          version: context.nextId(),
          document: JSON.stringify(connection),
          sealed,
        }
        await insertWithin(transaction, CONNECTIONS_MAX, owned, row)
        await recordAudit(transaction, context, [entryOf(owned, 'create', actor, connection)])
      })
    },

    updateConnection(authority, connection, sealed, actor) {
      return transact(async (transaction) => {
        await lockAuthority(transaction, authority)
        const owned = ownedBy(authority, connection.id)
        await updateOne(transaction, owned, {
          version: context.nextId(),
          document: JSON.stringify(connection),
          ...(sealed !== undefined && { sealed }),
        })
        await recordAudit(transaction, context, [entryOf(owned, 'update', actor, connection)])
      })
    },

    deleteConnection(authority, id, actor) {
      return transact(async (transaction) => {
        await lockAuthority(transaction, authority)
        const owned = ownedBy(authority, id)
        await deleteOne(transaction, owned)
        await recordAudit(transaction, context, [entryOf(owned, 'delete', actor)])
      })
    },

    async reportConnection(authority, id, { state, feed }) {
      await kysely
        .updateTable('connections')
        .set({
          state: JSON.stringify(state),
          ...(feed && { feed: feed.bytes, feed_time: feed.receivedTime }),
        })
        .where('authority', '=', authority)
        .where('id', '=', id)
        .execute()
    },

    async listConnectionFeeds(authority, after) {
      const rows = await kysely
        .selectFrom('connections')
        .select(['id', 'feed', 'feed_time'])
        .where('authority', '=', authority)
        .where('feed_time', '>', after)
        .orderBy('feed_time')
        .execute()
      return rows.flatMap(({ id, feed, feed_time }) => {
        if (feed === null || feed_time === null) return []
        return [{ id, bytes: new Uint8Array(feed), receivedTime: feed_time }]
      })
    },
  }
}

function ownedBy(authority: string, id: string): Owned<'connections'> {
  return { table: 'connections', noun: 'connection', authority, id }
}

function toRecord({ authority, version, document, sealed, state }: ConnectionRow): ConnectionRecord {
  return {
    authority,
    version,
    connection: JSON.parse(document) as Connection,
    sealed: sealed === null ? null : new Uint8Array(sealed),
    state: state === null ? null : (JSON.parse(state) as ConnectionState),
  }
}
