import { type Key, type NewKey, SCOPES } from '../model/key.ts'
import { recordAudit } from './audit.ts'
import { cleanText } from './clean-text.ts'
import { takeVersions } from './device-changes.ts'
import { listById } from './list-page.ts'
import type { Registry } from './registry.ts'
import {
  notFound,
  type RegistryContext,
  type RegistryTransaction,
  requireAuthority,
} from './registry-context.ts'
import type { RegistryTables } from './registry-tables.ts'
import { recordRevocation } from './revocations.ts'
import { createKeySecret, hashSecret } from './secret.ts'

/** The id of the installation's own key, and its name as an actor in the audit. */
const INSTALLATION = 'installation'

export function createKeyRecords(
  context: RegistryContext,
): Pick<
  Registry,
  'listKeys' | 'createKey' | 'deleteKey' | 'findKey' | 'createInstallationKey' | 'setInstallationKey'
> {
  const { clock } = context
  const { kysely, transact } = context.database
  return {
    listKeys(authority, page) {
      const query = kysely.selectFrom('keys').selectAll().where('authority', '=', authority)
      return listById(query, page, toKey)
    },

    createKey(authority, key, actor) {
      return transact(async (transaction) => {
        await requireAuthority(transaction, authority)
        return insertKey(transaction, context, { authority, key, actor })
      })
    },

    deleteKey(authority, id, actor) {
      return transact(async (transaction) => {
        // Taken first, as by all that the directory of devices hears of.
        const version = await takeVersions(transaction, 1)
        const row = await transaction
          .deleteFrom('keys')
          .where('authority', '=', authority)
          .where('id', '=', id)
          .returning(['name', 'hash'])
          .executeTakeFirst()
        if (!row) throw notFound('key', id)
        // Who had asked for it need not be known any more.
        await transaction
          .deleteFrom('key_requests')
          .where('authority', '=', authority)
          .where('key_id', '=', id)
          .execute()
        await recordRevocation(transaction, context, { version, authority, keyHash: row.hash })
        await recordAudit(transaction, context, [
          { authority, actor, action: 'key.delete', target: id, detail: { name: row.name } },
        ])
      })
    },

    async findKey(secret) {
      const row = await kysely
        .selectFrom('keys')
        .selectAll()
        .where('hash', '=', hashOf(secret))
        .executeTakeFirst()
      return row && { authority: row.authority, key: toKey(row) }
    },

    createInstallationKey() {
      return transact(async (transaction) => {
        const secret = createKeySecret()
        const { numInsertedOrUpdatedRows } = await transaction
          .insertInto('keys')
          .values(toKeyRow(null, installationKey(), secret))
          .onConflict((conflict) => conflict.column('id').doNothing())
          .executeTakeFirstOrThrow()
        if (!numInsertedOrUpdatedRows) return undefined
        await recordAudit(transaction, context, [
          { authority: null, actor: INSTALLATION, action: 'key.create', target: INSTALLATION },
        ])
        return secret
      })
    },

    setInstallationKey(given) {
      return transact(async (transaction) => {
        const secret = given ?? createKeySecret()
        const row = toKeyRow(null, installationKey(), secret)
        const known = await transaction
          .selectFrom('keys')
          .select('hash')
          .where('id', '=', INSTALLATION)
          .executeTakeFirst()
        // The same secret at every start, from the environment, is no change to be audited.
        if (known?.hash === row.hash) return secret
        await transaction
          .insertInto('keys')
          .values(row)
          .onConflict((conflict) =>
            conflict.column('id').doUpdateSet({ hash: row.hash, created_time: row.created_time }),
          )
          .execute()
        await recordAudit(transaction, context, [
          {
            authority: null,
            actor: INSTALLATION,
            action: known ? 'key.replace' : 'key.create',
            target: INSTALLATION,
          },
        ])
        return secret
      })
    },
  }

  function installationKey(): Key {
    return { id: INSTALLATION, name: INSTALLATION, scopes: [...SCOPES], createdTime: clock.now() }
  }
}

/** A new key within a transaction, with its audit; its secret is known to the caller alone. */
export async function insertKey(
  transaction: RegistryTransaction,
  context: RegistryContext,
  { authority, key: wanted, actor }: { authority: string; key: NewKey; actor: string },
): Promise<{ key: Key; secret: string }> {
  const { name, scopes, requestsPerMinute } = wanted
  const secret = createKeySecret()
  const key: Key = {
    id: context.nextId(),
    name: cleanText(name),
    scopes,
    createdTime: context.clock.now(),
    ...(requestsPerMinute !== undefined && { requestsPerMinute }),
  }
  await transaction
    .insertInto('keys')
    .values(toKeyRow(authority, key, secret))
    .execute()
  const detail = { name: key.name, scopes, requestsPerMinute }
  await recordAudit(transaction, context, [
    { authority, actor, action: 'key.create', target: key.id, detail },
  ])
  return { key, secret }
}

function toKeyRow(authority: string | null, key: Key, secret: string): RegistryTables['keys'] {
  const { id, name, scopes, createdTime, requestsPerMinute = null } = key
  return {
    id,
    authority,
    name,
    scopes: JSON.stringify(scopes),
    hash: hashOf(secret),
    created_time: createdTime,
    requests_per_minute: requestsPerMinute,
  }
}

function toKey({ id, name, scopes, created_time, requests_per_minute }: RegistryTables['keys']): Key {
  return {
    id,
    name,
    scopes: JSON.parse(scopes),
    createdTime: created_time,
    ...(requests_per_minute !== null && { requestsPerMinute: requests_per_minute }),
  }
}

function hashOf(secret: string): string {
  return Buffer.from(hashSecret(secret)).toString('hex')
}
