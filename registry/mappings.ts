import { type Kysely, sql } from 'kysely'
import { KerbsideError } from '../model/error.ts'
import type { Mapping, NewMapping } from '../model/mapping.ts'
import { entryOf, recordAudit } from './audit.ts'
import { requireAtMost } from './count-rows.ts'
import { listById } from './list-page.ts'
import type { MappingVersion, Registry } from './registry.ts'
import {
  alreadyExists,
  lockAuthority,
  notFound,
  type RegistryContext,
  type RegistryTransaction,
} from './registry-context.ts'
import type { RegistryTables } from './registry-tables.ts'

/** An authority may have as many; one more is refused. */
const MAPPINGS_MAX = 200
/** Versions that are kept of each; the oldest go. */
const VERSIONS_MAX = 50
const COUNTER = 'mapping_change'
/** Devices that are named where a mapping cannot be deleted. */
const NAMED_MAX = 5

type MappingRow = RegistryTables['mappings']

export function createMappingRecords(
  context: RegistryContext,
): Pick<
  Registry,
  | 'listMappings'
  | 'listAllMappings'
  | 'getMappingsVersion'
  | 'getMapping'
  | 'listMappingVersions'
  | 'createMapping'
  | 'updateMapping'
  | 'deleteMapping'
> {
  const { clock } = context
  const { kysely, transact } = context.database
  return {
    listMappings(authority, page) {
      const query = kysely
        .selectFrom('mappings')
        .selectAll()
        .where('authority', '=', authority)
        .where('is_current', '=', 1)
      return listById(query, page, toMapping)
    },

    async listAllMappings() {
      const rows = await kysely.selectFrom('mappings').selectAll().where('is_current', '=', 1).execute()
      return rows.map((row) => ({ authority: row.authority, mapping: toMapping(row) }))
    },

    async getMappingsVersion() {
      const { count, last } = await kysely
        .selectFrom('mappings')
        .select(({ fn }) => [fn.countAll<number>().as('count'), fn.max('change').as('last')])
        .executeTakeFirstOrThrow()
      // What goes leaves fewer, what comes has a higher change than all that there were.
      return `${count}.${last ?? 0}`
    },

    async getMapping(authority, id) {
      return toMapping(await getCurrent(kysely, authority, id))
    },

    async listMappingVersions(authority, id) {
      const rows = await kysely
        .selectFrom('mappings')
        .selectAll()
        .where('authority', '=', authority)
        .where('id', '=', id)
        .orderBy('version', 'desc')
        .execute()
      if (rows.length === 0) throw notFound('mapping', id)
      return rows.map((row): MappingVersion => ({ mapping: toMapping(row), createdTime: row.created_time }))
    },

    createMapping(authority, mapping, actor) {
      return transact(async (transaction) => {
        const change = await takeChange(transaction)
        await lockAuthority(transaction, authority)
        const row = toRow(authority, mapping, { version: 1, change, createdTime: clock.now() })
        // The first version of one that was changed often is not there any more.
        if (await findCurrent(transaction, authority, mapping.id)) throw alreadyExists('mapping', mapping.id)
        await transaction.insertInto('mappings').values(row).execute()
        const all = transaction.selectFrom('mappings').where('authority', '=', authority)
        await requireAtMost(MAPPINGS_MAX, 'mappings', all.where('is_current', '=', 1))
        await recordAudit(transaction, context, [
          entryOf(ownedBy(authority, mapping.id), 'create', actor, mapping),
        ])
        return toMapping(row)
      })
    },

    updateMapping(authority, mapping, actor) {
      return transact(async (transaction) => {
        const change = await takeChange(transaction)
        await lockAuthority(transaction, authority)
        const before = await getCurrent(transaction, authority, mapping.id)
        const version = before.version + 1
        const row = toRow(authority, mapping, { version, change, createdTime: clock.now() })
        if (row.document === before.document) return toMapping(before)
        await transaction
          .updateTable('mappings')
          .set({ is_current: 0 })
          .where('authority', '=', authority)
          .where('id', '=', mapping.id)
          .execute()
        await transaction.insertInto('mappings').values(row).execute()
        await transaction
          .deleteFrom('mappings')
          .where('authority', '=', authority)
          .where('id', '=', mapping.id)
          .where('version', '<=', version - VERSIONS_MAX)
          .execute()
        const detail = { ...mapping, version }
        await recordAudit(transaction, context, [
          entryOf(ownedBy(authority, mapping.id), 'update', actor, detail),
        ])
        return toMapping(row)
      })
    },

    deleteMapping(authority, id, actor) {
      return transact(async (transaction) => {
        await takeChange(transaction)
        await lockAuthority(transaction, authority)
        await getCurrent(transaction, authority, id)
        await refuseUsed(transaction, authority, id)
        await transaction
          .deleteFrom('mappings')
          .where('authority', '=', authority)
          .where('id', '=', id)
          .execute()
        await recordAudit(transaction, context, [entryOf(ownedBy(authority, id), 'delete', actor)])
      })
    },
  }
}

/** The counter's row is locked until the transaction ends, so that changes become visible in their order. */
async function takeChange(transaction: RegistryTransaction): Promise<number> {
  const { value } = await transaction
    .insertInto('counters')
    .values({ name: COUNTER, value: 1 })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ value: sql<number>`counters.value + 1` }))
    .returning('value')
    .executeTakeFirstOrThrow()
  return value
}

async function getCurrent(
  kysely: Kysely<RegistryTables>,
  authority: string,
  id: string,
): Promise<MappingRow> {
  const row = await findCurrent(kysely, authority, id)
  if (!row) throw notFound('mapping', id)
  return row
}

async function findCurrent(
  kysely: Kysely<RegistryTables>,
  authority: string,
  id: string,
): Promise<MappingRow | undefined> {
  return kysely
    .selectFrom('mappings')
    .selectAll()
    .where('authority', '=', authority)
    .where('id', '=', id)
    .where('is_current', '=', 1)
    .executeTakeFirst()
}

async function refuseUsed(transaction: RegistryTransaction, authority: string, id: string): Promise<void> {
  const devices = await transaction
    .selectFrom('devices')
    .select(['id', 'settings'])
    .where('authority', '=', authority)
    // Most devices have none: what is left is looked into.
    .where('settings', 'like', '%"mapping"%')
    .orderBy('id')
    .execute()
  const used = devices.filter(({ settings }) => JSON.parse(settings).mapping === id)
  if (used.length === 0) return
  const names = used.slice(0, NAMED_MAX).map((device) => device.id)
  const more = used.length > NAMED_MAX ? ` and ${used.length - NAMED_MAX} more` : ''
  throw new KerbsideError(
    'CONFLICT',
    `The mapping "${id}" is what ${names.join(', ')}${more} are read by: give them another one first.`,
  )
}

function toRow(
  authority: string,
  mapping: NewMapping,
  { version, change, createdTime }: { version: number; change: number; createdTime: number },
): MappingRow {
  const { id, name, kind, rules, parts } = mapping
  const document = JSON.stringify({ name, kind, rules, parts })
  return { authority, id, version, created_time: createdTime, change, is_current: 1, document }
}

function ownedBy(authority: string, id: string) {
  return { noun: 'mapping', authority, id }
}

function toMapping({ id, version, document }: Pick<MappingRow, 'id' | 'version' | 'document'>): Mapping {
  return { id, version, ...JSON.parse(document) }
}
