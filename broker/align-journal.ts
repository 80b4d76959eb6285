import type { Logger } from '../model/logger.ts'
import type { Registry } from '../registry/registry.ts'
import type { Journal } from './journal.ts'

/**
 * For the start, before anything is appended or read: a journal that ends before what the registry has recorded of it is
 * an older copy, or its disk has lied. It would give new messages positions that were recorded before, and the ingest
 * would take them for old ones and drop them. So it goes on under a new id; what is pending in it is stored once more.
 */
export async function alignJournal({
  journal,
  registry,
  logger,
}: {
  journal: Journal
  registry: Registry
  logger: Logger
}): Promise<void> {
  const { id: oldId } = journal
  const { lastPosition } = journal.stats()
  const recordedPosition = await registry.findPosition(oldId)
  if (recordedPosition === undefined || recordedPosition <= lastPosition) return
  let lostReadings = 0
  for (const { accepted, acceptedBefore, stored, quarantined } of await registry.listSourceCounts(oldId)) {
    lostReadings += accepted - acceptedBefore - stored - quarantined
  }
  // In this order: where the process ends between the two, the next start finds the same and does both.
  await registry.settleSource(oldId)
  await journal.renew()
  logger.warn(
    { oldId, id: journal.id, lastPosition, recordedPosition, lostReadings },
    'the journal is older than what the registry has recorded of it: it goes on under a new id',
  )
}
