import { sql } from 'kysely'
import { ZodError } from 'zod'
import type { Clock } from '../model/clock.ts'
import { KerbsideError, messageOf } from '../model/error.ts'
import { createAlertRecords } from './alerts.ts'
import { createAuditRecords } from './audit.ts'
import { createAuthorityRecords } from './authorities.ts'
import { createReportRecords } from './citizen-reports.ts'
import { createCollectionRecords } from './collections.ts'
import { createConnectionRecords } from './connections.ts'
import { createCounterSumRecords } from './counter-sums.ts'
import { createDeviceChangeRecords } from './device-changes.ts'
import { createDeviceStatusRecords } from './device-statuses.ts'
import { createDeviceRecords } from './devices.ts'
import { createFoundDeviceRecords } from './found-devices.ts'
import { createHookDeliveryRecords } from './hook-deliveries.ts'
import { createHookRecords } from './hooks.ts'
import { createIngestRecords } from './ingest-record.ts'
import { createKeyRequestRecords } from './key-requests.ts'
import { createKeyUsageRecords } from './key-usage.ts'
import { createKeyRecords } from './keys.ts'
import { createLeaseRecords } from './leases.ts'
import { createMappingRecords } from './mappings.ts'
import { createQuarantineRecords } from './quarantine.ts'
import { createReceiptTimeRecords } from './receipt-times.ts'
import type { Registry } from './registry.ts'
import type { RegistryContext } from './registry-context.ts'
import type { RegistryDatabase } from './registry-database.ts'
import { createReportSettingRecords } from './report-settings.ts'
import { createRevocationRecords } from './revocations.ts'
import { createRoundJobRecords } from './round-jobs.ts'
import { createRoundRecords } from './rounds.ts'
import { createServiceNoticeRecords } from './service-notices.ts'
import { createShareAccessRecords } from './share-accesses.ts'
import { createShareRecords } from './shares.ts'
import { createSiteRecords } from './sites.ts'
import { createSourceCountRecords } from './source-counts.ts'
import { createTimeOrderedIds } from './time-ordered-id.ts'
import { createTimetableRecords } from './timetables.ts'
import { createTransitMemoryRecords } from './transit-memories.ts'
import { createTrimRecords } from './trim.ts'
import { createTrimReportRecords } from './trim-reports.ts'

/** The registry over a database whose tables have been migrated. */
export function createKyselyRegistry({
  database,
  clock,
}: {
  database: RegistryDatabase
  clock: Clock
}): Registry {
  const context: RegistryContext = { database, clock, nextId: createTimeOrderedIds(clock) }
  const registry: Registry = {
    ...createAuthorityRecords(context),
    ...createDeviceRecords(context),
    ...createDeviceChangeRecords(context),
    ...createDeviceStatusRecords(context),
    ...createKeyRecords(context),
    ...createKeyRequestRecords(context),
    ...createKeyUsageRecords(context),
    ...createRevocationRecords(context),
    ...createAuditRecords(context),
    ...createSiteRecords(context),
    ...createServiceNoticeRecords(context),
    ...createTimetableRecords(context),
    ...createRoundRecords(context),
    ...createRoundJobRecords(context),
    ...createLeaseRecords(context),
    ...createTransitMemoryRecords(context),
    ...createAlertRecords(context),
    ...createHookRecords(context),
    ...createCollectionRecords(context),
    ...createHookDeliveryRecords(context),
    ...createShareRecords(context),
    ...createShareAccessRecords(context),
    ...createReportRecords(context),
    ...createReportSettingRecords(context),
    ...createTrimReportRecords(context),
    ...createConnectionRecords(context),
    ...createMappingRecords(context),
    ...createFoundDeviceRecords(context),
    ...createIngestRecords(context),
    ...createCounterSumRecords(context),
    ...createReceiptTimeRecords(context),
    ...createSourceCountRecords(context),
    ...createQuarantineRecords(context),
    ...createTrimRecords(context),
    async check() {
      await sql`select 1`.execute(database.kysely)
    },
    close: () => database.close(),
  }
  return withRegistryErrors(registry, database)
}

/** Every method fails with the errors that the port names, whatever the database called them. */
function withRegistryErrors(registry: Registry, database: RegistryDatabase): Registry {
  const methods = Object.entries(registry).map(([name, method]) => [
    name,
    async (...parameters: unknown[]) => {
      try {
        return await method(...parameters)
      } catch (error) {
        throw toRegistryError(error, database)
      }
    },
  ])
  return Object.fromEntries(methods)
}

export function toRegistryError(error: unknown, database: RegistryDatabase): unknown {
  if (error instanceof KerbsideError) return error
  if (error instanceof ZodError) {
    const faults = error.issues.map(({ path, message, input }) => {
      const isSimple = ['number', 'string', 'boolean'].includes(typeof input)
      const sent = isSimple ? `, but it was ${JSON.stringify(input).slice(0, 80)}` : ''
      return { path: path.join('.'), message: `${message}${sent}` }
    })
    const first = faults.map(({ path, message }) => `${path}: ${message}`).join('; ')
    return new KerbsideError('INVALID_REQUEST', first, { faults, cause: error })
  }
  switch (database.faultOf(error)) {
    case 'foreign_key':
      return new KerbsideError('NOT_FOUND', 'The authority was deleted meanwhile.', { cause: error })
    case 'unavailable':
    case 'try_again':
      return new KerbsideError('REGISTRY_UNAVAILABLE', `The registry does not answer: ${messageOf(error)}`, {
        cause: error,
      })
    case 'other':
      return error
  }
}
