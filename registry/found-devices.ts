import { sql } from 'kysely'
import type { Finding, FoundDevice } from '../model/found-device.ts'
import { recordAudit } from './audit.ts'
import { cleanText } from './clean-text.ts'
import { listPage } from './list-page.ts'
import type { Registry } from './registry.ts'
import { notFound, type RegistryContext, type RegistryTransaction } from './registry-context.ts'
import type { RegistryTables } from './registry-tables.ts'

/** Of an authority; beyond them those that were heard longest ago are forgotten. */
const FOUND_MAX = 1_000
/** One that is not heard for so long is forgotten, as what waits of it in quarantine is. */
const KEPT_MS = 90 * 86_400_000

type FoundRow = Omit<RegistryTables['found_devices'], 'sample'>

const COLUMNS = [
  'authority',
  'dev_eui',
  'connection',
  'network',
  'name',
  'mapping',
  'first_time',
  'last_time',
  'uplinks',
  'is_ignored',
] as const

export function createFoundDeviceRecords(
  context: RegistryContext,
): Pick<
  Registry,
  'listFoundDevices' | 'getFoundDevice' | 'recordFindings' | 'ignoreFoundDevice' | 'forgetFoundDevices'
> {
  const { kysely, transact } = context.database
  return {
    async listFoundDevices(authority, { isIgnored, ...page }) {
      let query = kysely
        .selectFrom('found_devices')
        .select(COLUMNS)
        .where('authority', '=', authority)
        .where('is_ignored', '=', isIgnored ? 1 : 0)
      if (page.after !== undefined) query = query.where('dev_eui', '>', page.after)
      const rows = await query
        .orderBy('dev_eui')
        .limit(page.limit + 1)
        .execute()
      return listPage(rows, page, toFoundDevice, ({ dev_eui }) => dev_eui)
    },

    async getFoundDevice(authority, devEui) {
      const row = await kysely
        .selectFrom('found_devices')
        .selectAll()
        .where('authority', '=', authority)
        .where('dev_eui', '=', devEui)
        .executeTakeFirst()
      if (!row) throw notFound('found device', devEui)
      return { ...toFoundDevice(row), sample: row.sample }
    },

    recordFindings(authority, findings) {
      return transact(async (transaction) => {
        const ignored: string[] = []
        // In the order of their keys, so that two that record at once cannot wait for each other.
        const inOrder = findings.toSorted((a, b) => (a.devEui < b.devEui ? -1 : 1))
        for (const finding of inOrder) {
          if (await recordFinding(transaction, authority, finding)) ignored.push(finding.devEui)
        }
        await forgetOldest(transaction, authority)
        return ignored
      })
    },

    ignoreFoundDevice(authority, devEui, actor) {
      return transact(async (transaction) => {
        const { numUpdatedRows } = await transaction
          .updateTable('found_devices')
          .set({ is_ignored: 1, sample: null })
          .where('authority', '=', authority)
          .where('dev_eui', '=', devEui)
          .executeTakeFirstOrThrow()
        if (numUpdatedRows === 0n) throw notFound('found device', devEui)
        await recordAudit(transaction, context, [
          { authority, actor, action: 'found-device.ignore', target: devEui },
        ])
      })
    },

    async forgetFoundDevices(authority, devEuis) {
      if (devEuis.length === 0) return []
      const rows = await kysely
        .deleteFrom('found_devices')
        .where('authority', '=', authority)
        .where('dev_eui', 'in', [...devEuis])
        .returning('dev_eui')
        .execute()
      return rows.map(({ dev_eui }) => dev_eui)
    },
  }
}

/** True where it is ignored. */
async function recordFinding(
  transaction: RegistryTransaction,
  authority: string,
  { devEui, connectionId, network, name, suggestedMapping, time, sample }: Finding,
): Promise<boolean> {
  const told = {
    connection: connectionId,
    network,
    name: name === null ? null : cleanText(name).slice(0, 200),
    mapping: suggestedMapping,
    last_time: time,
  }
  const { is_ignored } = await transaction
    .insertInto('found_devices')
    .values({
      authority,
      dev_eui: devEui,
      ...told,
      first_time: time,
      uplinks: 1,
      sample: sample === null ? null : cleanText(sample),
      is_ignored: 0,
    })
    .onConflict((conflict) =>
      conflict.columns(['authority', 'dev_eui']).doUpdateSet({
        ...told,
        uplinks: sql<number>`found_devices.uplinks + 1`,
        sample: sql<string | null>`case when found_devices.is_ignored = 1 then null else excluded.sample end`,
      }),
    )
    .returning('is_ignored')
    .executeTakeFirstOrThrow()
  return is_ignored === 1
}

async function forgetOldest(transaction: RegistryTransaction, authority: string): Promise<void> {
  await sql`
    delete from found_devices where authority = ${authority} and dev_eui in (
      select dev_eui from found_devices where authority = ${authority}
      order by last_time desc, dev_eui limit 1000000 offset ${FOUND_MAX}
    )`.execute(transaction)
}

export async function trimFoundDevices(transaction: RegistryTransaction, now: number): Promise<void> {
  await transaction
    .deleteFrom('found_devices')
    .where('last_time', '<', now - KEPT_MS)
    .execute()
}

function toFoundDevice(row: FoundRow): FoundDevice {
  return {
    devEui: row.dev_eui,
    connectionId: row.connection,
    network: row.network,
    name: row.name,
    suggestedMapping: row.mapping,
    firstTime: row.first_time,
    lastTime: row.last_time,
    uplinks: row.uplinks,
    isIgnored: row.is_ignored === 1,
  }
}
