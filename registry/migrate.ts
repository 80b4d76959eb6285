import { type Kysely, sql } from 'kysely'
import type { Clock } from '../model/clock.ts'
import { KerbsideError } from '../model/error.ts'
import type { Logger } from '../model/logger.ts'
import { createRegistryTables } from './migrations/0001-registry.ts'
import { createRevocations } from './migrations/0002-revocations.ts'
import { markEarlierAudit } from './migrations/0003-earlier-audit.ts'
import { createReceiptTimes } from './migrations/0004-receipt-times.ts'
import { createRoundJobs } from './migrations/0005-round-jobs.ts'
import { createTimetables } from './migrations/0006-timetables.ts'
import { createServiceNotices } from './migrations/0007-service-notices.ts'
import { createLeases } from './migrations/0008-leases.ts'
import { createTransitMemories } from './migrations/0009-transit-memories.ts'
import { createConnections } from './migrations/0010-connections.ts'
import { createKeyRequests } from './migrations/0011-key-requests.ts'
import { createAlerts } from './migrations/0012-alerts.ts'
import { createHooks } from './migrations/0013-hooks.ts'
import { createFoundDevices } from './migrations/0014-found-devices.ts'
import { createCounterSums } from './migrations/0015-counter-sums.ts'
import { createShares } from './migrations/0016-shares.ts'
import { addPublication } from './migrations/0017-publication.ts'
import { createCollections } from './migrations/0018-collections.ts'
import { createCitizenReports } from './migrations/0019-citizen-reports.ts'
import type { ColumnTypes, RegistryDatabase } from './registry-database.ts'

type Migration = (db: Kysely<unknown>, types: ColumnTypes) => Promise<void>

/** In their order; the number of each is its place, counted from 1. */
export const MIGRATIONS: readonly Migration[] = [
  createRegistryTables,
  createRevocations,
  markEarlierAudit,
  createReceiptTimes,
  createRoundJobs,
  createTimetables,
  createServiceNotices,
  createLeases,
  createTransitMemories,
  createConnections,
  createKeyRequests,
  createAlerts,
  createHooks,
  createFoundDevices,
  createCounterSums,
  createShares,
  addPublication,
  createCollections,
  createCitizenReports,
]

/**
 * Brings the tables to this version, all in one transaction, which both databases allow for tables too. Of two
 * processes that start at once the second waits for the first and finds everything done.
 */
export async function migrate({
  database,
  clock,
  logger,
}: {
  database: RegistryDatabase
  clock: Clock
  logger: Logger
}): Promise<void> {
  await database.transact(async (transaction) => {
    await database.lockSchema(transaction)
    const db = transaction as unknown as Kysely<{ schema_migrations: { number: number; time: number } }>
    await db.schema
      .createTable('schema_migrations')
      .ifNotExists()
      .addColumn('number', 'integer', (column) => column.primaryKey())
      .addColumn('time', 'bigint', (column) => column.notNull())
      .execute()
    const { last } = await db
      .selectFrom('schema_migrations')
      .select(sql<number>`coalesce(max(number), 0)`.as('last'))
      .executeTakeFirstOrThrow()
    if (last > MIGRATIONS.length) {
      throw new KerbsideError(
        'INVALID_CONFIG',
        `The registry was made by a later version of Kerbside: its tables are at ${last}, this version knows ${MIGRATIONS.length}.`,
      )
    }
    for (const [index, apply] of MIGRATIONS.entries()) {
      const number = index + 1
      if (number <= last) continue
      await apply(db as unknown as Kysely<unknown>, database.types)
      await db.insertInto('schema_migrations').values({ number, time: clock.now() }).execute()
      logger.info({ number }, 'the registry was migrated')
    }
  })
}
