import { messageOf } from '../model/error.ts'
import type { Logger } from '../model/logger.ts'
import type { AcceptedReport, Registry } from '../registry/registry.ts'
import type { Delivery } from './delivery-window.ts'

export interface AcceptedReporter {
  /** A message with so many readings was received. */
  note(authority: string, readings: number): void
  close(): Promise<void>
}

const EVERY_MS = 500

/**
 * Behind a foreign broker what was accepted is what the ingest received: counted here, told to the registry as totals
 * twice a second. It goes on from what was stored and quarantined, for an earlier authority of the id too, since the broker
 * sends all else again.
 */
export function startAcceptedReporter({
  source,
  counts,
  registry,
  logger,
  listHeld,
}: {
  source: string
  /** As the registry had them before anything was received here. */
  counts: Awaited<ReturnType<Registry['listSourceCounts']>>
  registry: Registry
  logger: Logger
  listHeld: () => Iterable<Delivery>
}): AcceptedReporter {
  const totals = new Map<string, number>()
  for (const { authority, acceptedBefore, stored, quarantined } of counts) {
    totals.set(authority, acceptedBefore + stored + quarantined)
  }
  const reported = new Map<string, AcceptedReport>()
  let running: Promise<void> = Promise.resolve()
  let isRunning = false
  const timer = setInterval(() => {
    if (!isRunning) running = report()
  }, EVERY_MS)

  return {
    note(authority, readings) {
      totals.set(authority, (totals.get(authority) ?? 0) + readings)
    },
    async close() {
      clearInterval(timer)
      await running
      await report()
    },
  }

  async function report(): Promise<void> {
    const oldest = new Map<string, number>()
    for (const { authority, receivedTime } of listHeld()) {
      if (!oldest.has(authority)) oldest.set(authority, receivedTime)
    }
    const changed: AcceptedReport[] = []
    for (const [authority, accepted] of totals) {
      const oldestPendingTime = oldest.get(authority) ?? null
      const before = reported.get(authority)
      if (before?.accepted === accepted && before.oldestPendingTime === oldestPendingTime) continue
      changed.push({ authority, accepted, oldestPendingTime })
    }
    if (changed.length === 0) return
    isRunning = true
    try {
      await registry.reportAccepted(source, changed)
      for (const entry of changed) reported.set(entry.authority, entry)
    } catch (error) {
      // The totals are told again with the next report.
      logger.debug({ error: messageOf(error) }, 'what was accepted could not be reported')
    } finally {
      isRunning = false
    }
  }
}
