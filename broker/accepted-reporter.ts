import { messageOf } from '../model/error.ts'
import type { Logger } from '../model/logger.ts'
import type { Registry } from '../registry/registry.ts'
import type { Journal } from './journal.ts'

/** Tells the registry how much the journal has accepted: whenever that has changed, and when asked. */
export interface AcceptedReporter {
  /** Resolves once the registry has the totals as they are at the call, or later. */
  report(): Promise<void>
  /** Reports once more, where the registry is there. */
  close(): Promise<void>
}

const REPORT_INTERVAL = 500

export function createAcceptedReporter({
  registry,
  journal,
  logger,
}: {
  registry: Registry
  journal: Journal
  logger: Logger
}): AcceptedReporter {
  let reported = ''
  let running: Promise<void> = Promise.resolve()
  let isRunning = false
  let hasFailed = false
  const timer = setInterval(() => {
    if (!isRunning) void report().catch(() => undefined)
  }, REPORT_INTERVAL).unref()

  return {
    report,
    async close() {
      clearInterval(timer)
      await report().catch(() => undefined)
    },
  }

  function report(): Promise<void> {
    running = running.catch(() => undefined).then(send)
    return running
  }

  async function send(): Promise<void> {
    const reports = journal.listAccepted()
    const current = JSON.stringify(reports)
    if (current === reported) return
    isRunning = true
    try {
      await registry.reportAccepted(journal.id, reports)
      reported = current
      hasFailed = false
    } catch (error) {
      // Said once an outage.
      if (!hasFailed)
        logger.warn({ error: messageOf(error) }, 'the registry could not be told what was accepted')
      hasFailed = true
      throw error
    } finally {
      isRunning = false
    }
  }
}
