import type { Registry, Revocation } from './registry.ts'
import type { RegistryContext, RegistryTransaction } from './registry-context.ts'

export function createRevocationRecords({ database }: RegistryContext): Pick<Registry, 'listRevocations'> {
  return {
    async listRevocations(afterVersion, limit) {
      const rows = await database.kysely
        .selectFrom('revocations')
        .select(['version', 'authority', 'key_hash'])
        .where('version', '>', afterVersion)
        .orderBy('version')
        .limit(limit)
        .execute()
      return rows.map(({ version, authority, key_hash }) => ({ version, authority, keyHash: key_hash }))
    },
  }
}

export async function recordRevocation(
  transaction: RegistryTransaction,
  { clock }: RegistryContext,
  { version, authority, keyHash }: Revocation,
): Promise<void> {
  await transaction
    .insertInto('revocations')
    .values({ version, authority, key_hash: keyHash, time: clock.now() })
    .execute()
}
