import { describeAlerts } from './contract/alerts.ts'
import { describeAuthorities } from './contract/authorities.ts'
import { describeReports } from './contract/citizen-reports.ts'
import { describeCollections } from './contract/collections.ts'
import { describeConcurrency } from './contract/concurrency.ts'
import { describeConnections } from './contract/connections.ts'
import { describeCounterSums } from './contract/counter-sums.ts'
import { describeDevices } from './contract/devices.ts'
import { describeFoundDevices } from './contract/found-devices.ts'
import type { RegistryHarness } from './contract/harness.ts'
import { describeHooks } from './contract/hooks.ts'
import { describeIngest } from './contract/ingest.ts'
import { describeIsolation } from './contract/isolation.ts'
import { describeKeyRequests } from './contract/key-requests.ts'
import { describeKeys } from './contract/keys.ts'
import { describeLeases } from './contract/leases.ts'
import { describeMappings } from './contract/mappings.ts'
import { describeQuarantine } from './contract/quarantine.ts'
import { describeReceiptTimes } from './contract/receipt-times.ts'
import { describeRoundJobs } from './contract/round-jobs.ts'
import { describeServiceNotices } from './contract/service-notices.ts'
import { describeShares } from './contract/shares.ts'
import { describeSites } from './contract/sites.ts'
import { describeTimetables } from './contract/timetables.ts'

/** What holds for the registry over every database. */
export function describeRegistry(harness: RegistryHarness): void {
  describeAuthorities(harness)
  describeDevices(harness)
  describeKeys(harness)
  describeKeyRequests(harness)
  describeSites(harness)
  describeTimetables(harness)
  describeServiceNotices(harness)
  describeRoundJobs(harness)
  describeLeases(harness)
  describeAlerts(harness)
  describeConnections(harness)
  describeMappings(harness)
  describeFoundDevices(harness)
  describeHooks(harness)
  describeCollections(harness)
  describeShares(harness)
  describeReports(harness)
  describeIngest(harness)
  describeReceiptTimes(harness)
  describeCounterSums(harness)
  describeQuarantine(harness)
  describeIsolation(harness)
  describeConcurrency(harness)
}
