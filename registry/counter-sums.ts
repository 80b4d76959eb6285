import { sql } from 'kysely'
import type { CounterSums, Registry } from './registry.ts'
import type { RegistryContext, RegistryTransaction } from './registry-context.ts'
import type { BatchStep, RegistryDatabase } from './registry-database.ts'

const HOUR_MS = 3_600_000
/** Sums that come later than this are refused; so long what was said is known in full. */
const KEPT_MS = 25 * HOUR_MS
/** The last one before that, from which the next difference is. */
const LAST_KEPT_MS = 8 * 24 * HOUR_MS

export function createCounterSumRecords({
  database: { kysely, rowsOf },
}: RegistryContext): Pick<Registry, 'findCounterSums'> {
  return {
    async findCounterSums(parts) {
      if (parts.length === 0) return []
      const { rows } = await sql<{
        authority: string
        device: string
        part: string
        time: number
        document: string
      }>`
        select s.authority, s.device, s.part, s.time, s.document
        from ${rowsOf(JSON.stringify(parts))} as item
        join counter_sums s on s.authority = item.value->>'authority' and s.device = item.value->>'device'
          and s.part = item.value->>'part' and s.time >= coalesce((
            select max(b.time) from counter_sums b
            where b.authority = item.value->>'authority' and b.device = item.value->>'device'
              and b.part = item.value->>'part' and b.time < cast(item.value->>'before' as bigint)
          ), 0)`.execute(kysely)
      return rows.map(({ document, ...identity }) => ({ ...identity, ...JSON.parse(document) }))
    },
  }
}

/** Of a device that is gone, nothing is kept. */
export function counterSumSteps(
  points: readonly CounterSums[],
  { kysely, rowsOf }: Pick<RegistryDatabase, 'kysely' | 'rowsOf'>,
): BatchStep[] {
  if (points.length === 0) return []
  // Each once, and in one order, so that two ingests that record at once cannot wait for each other.
  const latest = new Map(points.map((point) => [keyOf(point), point]))
  const rows = [...latest.keys()].sort().map((key) => {
    const { authority, device, part, time, ...document } = latest.get(key) as CounterSums
    return { authority, device, part, time, document: JSON.stringify(document) }
  })
  const query = sql`
    insert into counter_sums (authority, device, part, time, document)
    select d.authority, d.id, item.value->>'part', cast(item.value->>'time' as bigint),
      item.value->>'document'
    from ${rowsOf(JSON.stringify(rows))} as item
    join devices d on d.authority = item.value->>'authority' and d.id = item.value->>'device'
    where true
    on conflict (authority, device, part, time) do update set document = excluded.document`
  return [{ query: query.compile(kysely) }]
}

export async function trimCounterSums(transaction: RegistryTransaction, now: number): Promise<void> {
  await transaction
    .deleteFrom('counter_sums')
    .where('time', '<', now - LAST_KEPT_MS)
    .execute()
  await sql`
    delete from counter_sums where time < ${now - KEPT_MS} and exists (
      select 1 from counter_sums later
      where later.authority = counter_sums.authority and later.device = counter_sums.device
        and later.part = counter_sums.part and later.time > counter_sums.time
        and later.time < ${now - KEPT_MS}
    )`.execute(transaction)
}

function keyOf({ authority, device, part, time }: CounterSums): string {
  return `${authority}/${device}/${part}/${String(time).padStart(16, '0')}`
}
