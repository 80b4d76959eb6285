import type { Kysely } from 'kysely'
import type { Round } from '../model/round.ts'
import type { Registry, RoundLease } from './registry.ts'
import { notFound, type RegistryContext, type RegistryTransaction } from './registry-context.ts'
import type { RegistryTables } from './registry-tables.ts'

/** Of those that are free: where other processes take the first ones at the same moment, the next is tried. */
const CANDIDATES_MAX = 8

type RoundJobRecords = Pick<
  Registry,
  | 'claimRound'
  | 'renewRound'
  | 'releaseRound'
  | 'finishRound'
  | 'completeRound'
  | 'cancelRound'
  | 'listRoundJobs'
>

/** Who does what is still to be done for a round. Each step is one conditional statement that only the lease's owner passes. */
export function createRoundJobRecords({ database: { kysely, transact } }: RegistryContext): RoundJobRecords {
  return {
    async claimRound({ owner, stage, now, until }) {
      const candidates = await kysely
        .selectFrom('round_jobs')
        .select(['authority', 'id', 'attempts'])
        .where('stage', '=', stage)
        .where('lease_until', '<=', now)
        .orderBy('created_time')
        .orderBy('id')
        .limit(CANDIDATES_MAX)
        .execute()
      for (const { authority, id, attempts } of candidates) {
        const claimed = await transact(async (transaction) => {
          const job = await transaction
            .updateTable('round_jobs')
            .set({ owner, lease_until: until, attempts: attempts + 1, progress: null })
            .where('authority', '=', authority)
            .where('id', '=', id)
            .where('stage', '=', stage)
            .where('attempts', '=', attempts)
            .where('lease_until', '<=', now)
            .returning('is_cancelled')
            .executeTakeFirst()
          if (!job) return undefined
          const kept = await readRound(transaction, authority, id)
          const round: Round = stage === 'solve' ? { ...kept, status: 'solving' } : kept
          if (stage === 'solve') await keepRound(transaction, authority, round)
          const lease = { authority, id, owner, attempt: attempts + 1 }
          return { lease, round, isCancelled: job.is_cancelled === 1 }
        })
        if (claimed) return claimed
      }
      return undefined
    },

    async renewRound(lease, { until, progress }) {
      const job = await ofLease(kysely.updateTable('round_jobs'), lease)
        .set({ lease_until: until, progress: progress === undefined ? null : JSON.stringify(progress) })
        .returning('is_cancelled')
        .executeTakeFirst()
      return job && { isCancelled: job.is_cancelled === 1 }
    },

    releaseRound(lease) {
      return transact(async (transaction) => {
        const job = await ofLease(transaction.updateTable('round_jobs'), lease)
          .set({ owner: null, lease_until: 0, attempts: lease.attempt - 1, progress: null })
          .returning('stage')
          .executeTakeFirst()
        if (!job) return false
        if (job.stage === 'solve') {
          const round = await readRound(transaction, lease.authority, lease.id)
          await keepRound(transaction, lease.authority, { ...round, status: 'queued' })
        }
        return true
      })
    },

    finishRound(lease, round) {
      return transact(async (transaction) => {
        const isOwned =
          round.status === 'done'
            ? await ofLease(transaction.updateTable('round_jobs'), lease)
                .set({ stage: 'record', owner: null, lease_until: 0, attempts: 0, progress: null })
                .executeTakeFirst()
            : await ofLease(transaction.deleteFrom('round_jobs'), lease).executeTakeFirst()
        if (('numUpdatedRows' in isOwned ? isOwned.numUpdatedRows : isOwned.numDeletedRows) === 0n)
          return false
        await keepRound(transaction, lease.authority, round)
        return true
      })
    },

    async completeRound(lease) {
      const { numDeletedRows } = await ofLease(
        kysely.deleteFrom('round_jobs'),
        lease,
      ).executeTakeFirstOrThrow()
      return numDeletedRows > 0n
    },

    cancelRound(authority, id, now) {
      return transact(async (transaction) => {
        const free = await transaction
          .deleteFrom('round_jobs')
          .where('authority', '=', authority)
          .where('id', '=', id)
          .where('stage', '=', 'solve')
          .where('lease_until', '<=', now)
          .executeTakeFirstOrThrow()
        const kept = await readRound(transaction, authority, id)
        if (free.numDeletedRows > 0n) {
          const round: Round = { ...kept, status: 'cancelled' }
          await keepRound(transaction, authority, round)
          return { outcome: 'cancelled', round }
        }
        const asked = await transaction
          .updateTable('round_jobs')
          .set({ is_cancelled: 1 })
          .where('authority', '=', authority)
          .where('id', '=', id)
          .where('stage', '=', 'solve')
          .executeTakeFirstOrThrow()
        return asked.numUpdatedRows > 0n
          ? { outcome: 'asked', round: kept }
          : { outcome: 'over', round: await readRound(transaction, authority, id) }
      })
    },

    async listRoundJobs() {
      const rows = await kysely
        .selectFrom('round_jobs')
        .select(['authority', 'id', 'owner', 'progress'])
        .where('stage', '=', 'solve')
        .execute()
      return rows.map(({ authority, id, owner, progress }) => ({
        authority,
        id,
        isSolving: owner !== null,
        progress: progress === null ? undefined : (JSON.parse(progress) as unknown),
      }))
    },
  }
}

interface Conditional<T> {
  where(column: 'authority' | 'id' | 'owner' | 'attempts', operator: '=', value: string | number): T
}

/** Also past its time: as long as nobody else has taken the job, its owner may go on. */
function ofLease<T extends Conditional<T>>(query: T, { authority, id, owner, attempt }: RoundLease): T {
  return query
    .where('authority', '=', authority)
    .where('id', '=', id)
    .where('owner', '=', owner)
    .where('attempts', '=', attempt)
}

export async function readRound(
  database: Kysely<RegistryTables>,
  authority: string,
  id: string,
): Promise<Round> {
  const row = await database
    .selectFrom('rounds')
    .select(['document', 'revision'])
    .where('authority', '=', authority)
    .where('id', '=', id)
    .executeTakeFirst()
  if (!row) throw notFound('round', id)
  return toRound(row)
}

async function keepRound(transaction: RegistryTransaction, authority: string, round: Round): Promise<void> {
  await transaction
    .updateTable('rounds')
    .set({ document: JSON.stringify(round) })
    .where('authority', '=', authority)
    .where('id', '=', round.id)
    .execute()
}

/** Documents of earlier versions tell no revision and no attribution. */
export function toRound({ document, revision }: { document: string; revision: number }): Round {
  return { attribution: null, ...JSON.parse(document), revision }
}
