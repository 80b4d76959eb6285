import { sql } from 'kysely'
import { trimAlerts } from './alerts.ts'
import { trimCounterSums } from './counter-sums.ts'
import { trimFoundDevices } from './found-devices.ts'
import { trimHookDeliveries } from './hook-deliveries.ts'
import { trimKeyRequests } from './key-requests.ts'
import type { Registry } from './registry.ts'
import type { RegistryContext, RegistryTransaction } from './registry-context.ts'
import { trimShares } from './share-accesses.ts'

const DAY_MS = 86_400_000
const AUDIT_MAX = 100_000
/** A directory that does not look for so long may miss that a device was deleted, or a key revoked. */
const DELETIONS_KEPT_MS = 30 * DAY_MS

const USAGE_KEPT_MS = 92 * DAY_MS

/** Where nothing is to go, ten looks into indexes. */
export function createTrimRecords({ database: { transact } }: RegistryContext): Pick<Registry, 'trim'> {
  return {
    trim({ now, quarantinedBefore, quarantinedMax, quarantinedBytesMax }) {
      return transact(async (transaction) => {
        await transaction.deleteFrom('quarantine').where('received_time', '<', quarantinedBefore).execute()
        await transaction
          .deleteFrom('sequences')
          .where('time', '<', now - DAY_MS)
          .execute()
        await transaction
          .deleteFrom('receipt_times')
          .where('next_time', '<', now - DAY_MS)
          .execute()
        await transaction
          .deleteFrom('device_changes')
          .where('is_deleted', '=', 1)
          .where('time', '<', now - DELETIONS_KEPT_MS)
          .execute()
        await transaction
          .deleteFrom('revocations')
          .where('time', '<', now - DELETIONS_KEPT_MS)
          .execute()
        await trimKeyRequests(transaction, now)
        await trimAlerts(transaction, now)
        await trimHookDeliveries(transaction, now)
        await trimCounterSums(transaction, now)
        await trimFoundDevices(transaction, now)
        await trimShares(transaction, now)
        await transaction
          .deleteFrom('key_usage')
          .where('date', '<', new Date(now - USAGE_KEPT_MS).toISOString().slice(0, 10))
          .execute()
        await trimQuarantine(transaction, quarantinedMax, quarantinedBytesMax)
        await trimAudit(transaction)
      })
    },
  }
}

async function trimQuarantine(
  transaction: RegistryTransaction,
  countMax: number,
  bytesMax: number,
): Promise<void> {
  const { rows } = await sql<{ authority: string }>`
    select authority from quarantine group by authority
    having count(*) > ${countMax} or sum(payload_bytes) > ${bytesMax}`.execute(transaction)
  for (const { authority } of rows) {
    await sql`
      delete from quarantine where authority = ${authority} and id <= (
        select max(id) from (
          select id, row_number() over (order by id desc) as place,
            sum(payload_bytes) over (order by id desc) as bytes
          from quarantine where authority = ${authority}
        ) as newest where place > ${countMax} or bytes > ${bytesMax}
      )`.execute(transaction)
  }
}

async function trimAudit(transaction: RegistryTransaction): Promise<void> {
  const { rows } = await sql<{ authority: string | null }>`
    select authority from audit group by authority having count(*) > ${AUDIT_MAX}`.execute(transaction)
  for (const { authority } of rows) {
    const ofAuthority = authority === null ? sql`authority is null` : sql`authority = ${authority}`
    await sql`
      delete from audit where ${ofAuthority} and id <= (
        select id from audit where ${ofAuthority} order by id desc limit 1 offset ${AUDIT_MAX}
      )`.execute(transaction)
  }
}
