import type { Registry } from './registry.ts'
import type { RegistryContext } from './registry-context.ts'

export function createTransitMemoryRecords({
  database: { kysely },
}: RegistryContext): Pick<Registry, 'findTransitMemory' | 'keepTransitMemory'> {
  return {
    async findTransitMemory(authority, name) {
      const row = await kysely
        .selectFrom('transit_memories')
        .select('bytes')
        .where('authority', '=', authority)
        .where('name', '=', name)
        .executeTakeFirst()
      return row && new Uint8Array(row.bytes)
    },

    async keepTransitMemory(authority, name, bytes) {
      await kysely
        .insertInto('transit_memories')
        .values({ authority, name, bytes })
        .onConflict((conflict) => conflict.columns(['authority', 'name']).doUpdateSet({ bytes }))
        .execute()
    },
  }
}
