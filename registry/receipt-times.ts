import { sql } from 'kysely'
import type { Registry } from './registry.ts'
import type { RegistryContext } from './registry-context.ts'

/** Which milliseconds are free for readings that tell no time of their own. */
export function createReceiptTimeRecords({
  database: { kysely, rowsOf },
}: RegistryContext): Pick<Registry, 'claimReceiptTimes'> {
  return {
    async claimReceiptTimes(claims) {
      if (claims.length === 0) return []
      // In one order, so that two ingests that claim at once cannot wait for each other.
      const inOrder = claims.toSorted(
        (a, b) => compare(a.authority, b.authority) || compare(a.device, b.device),
      )
      const { rows } = await sql<{ authority: string; device: string; freeTime: number }>`
        insert into receipt_times (authority, device, next_time, free_time, slots)
        select item.value->>'authority', item.value->>'device',
          cast(item.value->>'latestTime' as bigint) + cast(item.value->>'slots' as bigint), 0,
          cast(item.value->>'slots' as bigint)
        from ${rowsOf(JSON.stringify(inOrder))} as item where true
        on conflict (authority, device) do update
        set free_time = receipt_times.next_time, slots = excluded.slots,
          next_time = excluded.slots + case
            when receipt_times.next_time > excluded.next_time - excluded.slots then receipt_times.next_time
            else excluded.next_time - excluded.slots end
        returning authority, device, free_time as "freeTime"`.execute(kysely)
      return rows
    },
  }
}

function compare(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
