import { sql } from 'kysely'
import type { Registry } from './registry.ts'
import { notFound, type RegistryContext } from './registry-context.ts'

export function createKeyUsageRecords({
  database: { kysely, transact },
}: RegistryContext): Pick<Registry, 'addKeyUsage' | 'listKeyUsage'> {
  return {
    addKeyUsage(counts) {
      // In one order, so that two processes do not wait for each other.
      const ordered = counts.toSorted((a, b) => (`${a.keyId} ${a.date}` < `${b.keyId} ${b.date}` ? -1 : 1))
      return transact(async (transaction) => {
        for (const { keyId, date, requests, refused } of ordered) {
          await sql`
            insert into key_usage (authority, key_id, date, requests, refused)
            select authority, id, ${date}, cast(${requests} as bigint), cast(${refused} as bigint)
            from keys where id = ${keyId} and authority is not null
            on conflict (key_id, date) do update
            set requests = key_usage.requests + excluded.requests,
              refused = key_usage.refused + excluded.refused`.execute(transaction)
        }
      })
    },

    async listKeyUsage(authority, keyId) {
      const key = await kysely
        .selectFrom('keys')
        .select('id')
        .where('authority', '=', authority)
        .where('id', '=', keyId)
        .executeTakeFirst()
      if (!key) throw notFound('key', keyId)
      return kysely
        .selectFrom('key_usage')
        .select(['date', 'requests', 'refused'])
        .where('key_id', '=', keyId)
        .orderBy('date', 'desc')
        .execute()
    },
  }
}
