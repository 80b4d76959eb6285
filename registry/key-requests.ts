import { timingSafeEqual } from 'node:crypto'
import { KerbsideError } from '../model/error.ts'
import type { KeyRequest } from '../model/key-request.ts'
import { recordAudit } from './audit.ts'
import { cleanText } from './clean-text.ts'
import { countRows } from './count-rows.ts'
import { insertKey } from './keys.ts'
import { listById } from './list-page.ts'
import { updateOne } from './owned-rows.ts'
import type { Registry } from './registry.ts'
import {
  lockAuthority,
  notFound,
  type RegistryContext,
  type RegistryTransaction,
} from './registry-context.ts'
import type { RegistryTables } from './registry-tables.ts'
import { createPassword, hashSecret } from './secret.ts'

type KeyRequestRow = RegistryTables['key_requests']

const NOUN = 'request for a key'
const DAY_MS = 86_400_000
const KEPT_MS = 30 * DAY_MS
const COLLECTED_KEPT_MS = 365 * DAY_MS

export function createKeyRequestRecords(
  context: RegistryContext,
): Pick<Registry, 'listKeyRequests' | 'createKeyRequest' | 'decideKeyRequest' | 'collectKey'> {
  const { clock, nextId } = context
  const { kysely, transact } = context.database
  return {
    listKeyRequests(authority, page) {
      let query = kysely.selectFrom('key_requests').selectAll().where('authority', '=', authority)
      if (page.state !== undefined) query = query.where('state', '=', page.state)
      return listById(query, page, toRequest)
    },

    createKeyRequest(authority, { name, contact, purpose }, openMax) {
      return transact(async (transaction) => {
        await lockAuthority(transaction, authority)
        const open = transaction
          .selectFrom('key_requests')
          .where('authority', '=', authority)
          .where('state', '=', 'open')
        if ((await countRows(open)) >= openMax) {
          throw new KerbsideError(
            'BUSY',
            `${openMax} requests for keys wait to be decided on already; try again when there are fewer`,
          )
        }
        const token = createPassword()
        const row: KeyRequestRow = {
          authority,
          id: nextId(),
          state: 'open',
          name: cleanText(name),
          contact: cleanText(contact),
          purpose: cleanText(purpose),
          token_hash: hashOf(token),
          created_time: clock.now(),
          decided_time: null,
          requests_per_minute: null,
          key_id: null,
        }
        await transaction.insertInto('key_requests').values(row).execute()
        return { request: toRequest(row), token }
      })
    },

    decideKeyRequest(authority, id, decision, actor) {
      return transact(async (transaction) => {
        await lockAuthority(transaction, authority)
        const row = await findRow(transaction, authority, id)
        if (!row) throw notFound(NOUN, id)
        if (row.state !== 'open') {
          throw new KerbsideError('CONFLICT', `The request "${id}" is ${row.state} already.`)
        }
        const decided: KeyRequestRow = {
          ...row,
          decided_time: clock.now(),
          ...(decision.isApproved
            ? { state: 'approved', requests_per_minute: decision.requestsPerMinute }
            : { state: 'rejected', contact: null, purpose: null }),
        }
        await update(transaction, decided)
        const { isApproved, ...limits } = decision
        await recordAudit(transaction, context, [
          {
            authority,
            actor,
            action: isApproved ? 'key_request.approve' : 'key_request.reject',
            target: id,
            detail: { name: row.name, ...limits },
          },
        ])
        return toRequest(decided)
      })
    },

    collectKey(authority, id, token) {
      return transact(async (transaction) => {
        await lockAuthority(transaction, authority)
        const row = await findRow(transaction, authority, id)
        // The same answer to a wrong token: who asks is not to learn which requests there are.
        if (!row || !isSame(row.token_hash, hashOf(token))) throw notFound('request with this token', id)
        if (row.state !== 'approved' || row.requests_per_minute === null) return { request: toRequest(row) }
        const { key, secret } = await insertKey(transaction, context, {
          authority,
          key: { name: row.name, scopes: ['published'], requestsPerMinute: row.requests_per_minute },
          actor: `key-request:${id}`,
        })
        const collected: KeyRequestRow = { ...row, state: 'collected', key_id: key.id }
        await update(transaction, collected)
        return { request: toRequest(collected), secret }
      })
    },
  }
}

/** As long as they are kept is told in `model/key-request.ts`. */
export async function trimKeyRequests(transaction: RegistryTransaction, now: number): Promise<void> {
  await transaction
    .deleteFrom('key_requests')
    .where('state', '=', 'open')
    .where('created_time', '<', now - KEPT_MS)
    .execute()
  await transaction
    .deleteFrom('key_requests')
    .where('state', 'in', ['approved', 'rejected'])
    .where('decided_time', '<', now - KEPT_MS)
    .execute()
  await transaction
    .deleteFrom('key_requests')
    .where('state', '=', 'collected')
    .where('decided_time', '<', now - COLLECTED_KEPT_MS)
    .execute()
}

function findRow(
  transaction: RegistryTransaction,
  authority: string,
  id: string,
): Promise<KeyRequestRow | undefined> {
  return transaction
    .selectFrom('key_requests')
    .selectAll()
    .where('authority', '=', authority)
    .where('id', '=', id)
    .executeTakeFirst()
}

function update(transaction: RegistryTransaction, row: KeyRequestRow): Promise<void> {
  const { authority, id } = row
  return updateOne(transaction, { table: 'key_requests', noun: NOUN, authority, id }, row)
}

function toRequest(row: KeyRequestRow): KeyRequest {
  return {
    id: row.id,
    state: row.state,
    name: row.name,
    contact: row.contact,
    purpose: row.purpose,
    createdTime: row.created_time,
    decidedTime: row.decided_time,
    requestsPerMinute: row.requests_per_minute,
    keyId: row.key_id,
  }
}

function hashOf(token: string): string {
  return Buffer.from(hashSecret(token)).toString('hex')
}

/** Both are of 64 digits. */
function isSame(first: string, second: string): boolean {
  return timingSafeEqual(Buffer.from(first), Buffer.from(second))
}
