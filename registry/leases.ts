import type { Registry } from './registry.ts'
import type { RegistryContext } from './registry-context.ts'

/** Each step is one statement, so that of two that ask at once one gets it. */
export function createLeaseRecords({
  database: { kysely },
  clock,
}: RegistryContext): Pick<Registry, 'renewLease' | 'releaseLease'> {
  return {
    async renewLease(name, owner, until) {
      const row = await kysely
        .insertInto('leases')
        .values({ name, owner, until })
        .onConflict((conflict) =>
          conflict
            .column('name')
            .doUpdateSet({ owner, until })
            .where((where) =>
              where.or([where('leases.owner', '=', owner), where('leases.until', '<=', clock.now())]),
            ),
        )
        .returning('name')
        .executeTakeFirst()
      return row !== undefined
    },

    async releaseLease(name, owner) {
      await kysely.deleteFrom('leases').where('name', '=', name).where('owner', '=', owner).execute()
    },
  }
}
