import { sql } from 'kysely'
import { countRows } from './count-rows.ts'
import { type DeviceRow, toDeviceRecord } from './device-row.ts'
import type { DeviceChange, Registry } from './registry.ts'
import type { RegistryContext, RegistryTransaction } from './registry-context.ts'

const COUNTER = 'device_version'

export function createDeviceChangeRecords({
  database,
}: RegistryContext): Pick<Registry, 'listDeviceChanges'> {
  return {
    async listDeviceChanges(afterVersion, limit) {
      const { rows } = await sql<
        { changed: string; device_id: string; version: number } & Nullable<DeviceRow>
      >`
        select c.authority as changed, c.device_id, c.version, d.*
        from device_changes c left join devices d on d.authority = c.authority and d.id = c.device_id
        where c.version > ${afterVersion} order by c.version limit ${limit}`.execute(database.kysely)
      return rows.map(({ changed, device_id, version, ...row }): DeviceChange => {
        const record = row.id === null ? undefined : toDeviceRecord(row as DeviceRow)
        return { version, authority: changed, deviceId: device_id, record }
      })
    },
  }
}

type Nullable<T> = { [Key in keyof T]: T[Key] | null }

/**
 * The first statement of every transaction that changes devices or revokes keys, resolving with the first of `count` versions. The
 * counter's row is locked until the transaction ends, so that changes become visible in the order of their versions,
 * and no two such transactions run at once.
 */
export async function takeVersions(transaction: RegistryTransaction, count: number): Promise<number> {
  const { value } = await transaction
    .insertInto('counters')
    .values({ name: COUNTER, value: count })
    .onConflict((conflict) =>
      conflict.column('name').doUpdateSet({ value: sql<number>`counters.value + excluded.value` }),
    )
    .returning('value')
    .executeTakeFirstOrThrow()
  return value - count + 1
}

/** That these devices are there now as their rows say, with versions from `firstVersion` on. */
export async function recordCreated(
  transaction: RegistryTransaction,
  { clock, database }: RegistryContext,
  { authority, ids, firstVersion }: { authority: string; ids: readonly string[]; firstVersion: number },
): Promise<void> {
  const changes = JSON.stringify(ids.map((id, index) => ({ id, version: firstVersion + index })))
  // Devices of the same ids may have been there before.
  await sql`
    insert into device_changes (authority, device_id, version, time, is_deleted)
    select ${authority}, item.value->>'id', cast(item.value->>'version' as bigint),
      cast(${clock.now()} as bigint), 0
    from ${database.rowsOf(changes)} as item where true
    on conflict (authority, device_id) do update
    set version = excluded.version, time = excluded.time, is_deleted = 0`.execute(transaction)
}

export async function recordChanged(
  transaction: RegistryTransaction,
  { clock }: RegistryContext,
  change: { authority: string; id: string; version: number; isDeleted: boolean },
): Promise<void> {
  await transaction
    .updateTable('device_changes')
    .set({ version: change.version, time: clock.now(), is_deleted: change.isDeleted ? 1 : 0 })
    .where('authority', '=', change.authority)
    .where('device_id', '=', change.id)
    .execute()
}

/** That all devices of an authority are gone; to be called while they are still there. */
export async function recordAllDeleted(
  transaction: RegistryTransaction,
  { clock }: RegistryContext,
  authority: string,
): Promise<void> {
  // Locks before it counts, so that no device comes in between.
  await takeVersions(transaction, 0)
  const count = await countRows(transaction.selectFrom('devices').where('authority', '=', authority))
  if (count === 0) return
  const firstVersion = await takeVersions(transaction, count)
  await sql`
    insert into device_changes (authority, device_id, version, time, is_deleted)
    select authority, id, ${firstVersion - 1} + row_number() over (order by id), cast(${clock.now()} as bigint), 1
    from devices where authority = ${authority}
    on conflict (authority, device_id) do update
    set version = excluded.version, time = excluded.time, is_deleted = 1`.execute(transaction)
}
