import type { OpenReport, ReportReading } from '../model/citizen-report.ts'
import { messageOf } from '../model/error.ts'
import type { Logger } from '../model/logger.ts'
import { findCollection } from '../rounds/find-collection.ts'
import { findLifts } from './find-lifts.ts'
import { createHeldLease } from './hold-lease.ts'
import type { ApiParts } from './parts.ts'

/**
 * Answers reports by itself once their bins were emptied, and removes who reported when it is time to. Of several processes on one
 * registry one does, by a lease.
 */
export interface ReportDesk {
  start(): void
  /** Looks at everything now; resolves when what was found is kept. Never rejects. */
  look(): Promise<void>
  close(): Promise<void>
}

/** By the clock of the installation; a faster clock does not make the machine faster. */
const LOOK_EVERY_MS = 30_000
const LOOK_MIN_MS = 1_000
const AUTHORITIES_PER_READ = 500
/** What the bin's level was before a report is among these. */
const BEFORE_MS = 3 * 86_400_000
/** Of a report that stays open, what came before was looked at then. */
const LATELY_MS = 14 * 86_400_000
const READINGS_PER_READ = 2_000
/** Whom the audit names. */
const ACTOR = 'kerbside'
const CONTACT_DAYS = 90
/** Those that are answered by the bin's being emptied. */
const ANSWERED = ['overflowing-bin', 'missed-collection'] as const

export function createReportDesk({
  registry,
  store,
  clock,
  logger,
  contactDays = CONTACT_DAYS,
}: Pick<ApiParts, 'registry' | 'store' | 'clock' | 'contactDays'> & { readonly logger: Logger }): ReportDesk {
  const lease = createHeldLease('reports', { registry, clock })
  /** By authority and bin, its latest reading when it was looked at last. */
  let seen = new Map<string, number>()
  let timer: NodeJS.Timeout | undefined
  let looking: Promise<void> | undefined
  let hasFailed = false

  return {
    start() {
      timer = setInterval(
        () => {
          if (!looking) void look()
        },
        Math.max(LOOK_MIN_MS, LOOK_EVERY_MS / clock.speed),
      )
      timer.unref()
    },
    look,
    async close() {
      clearInterval(timer)
      await looking
      await lease.release()
    },
  }

  /** One that is under way may have read before what the caller means: so another one follows it. */
  function look(): Promise<void> {
    const mine = (looking ?? Promise.resolve())
      .then(lookOnce)
      .then(
        () => {
          hasFailed = false
        },
        (error: unknown) => {
          // Said once an outage.
          if (!hasFailed) logger.warn({ error: messageOf(error) }, 'reports cannot be looked after')
          hasFailed = true
        },
      )
      .finally(() => {
        if (looking === mine) looking = undefined
      })
    looking = mine
    return mine
  }

  async function lookOnce(): Promise<void> {
    if (!(await lease.hold())) return
    const removed = await registry.trimReports({ now: clock.now(), contactDays })
    if (removed > 0) logger.info({ removed }, 'what reports kept of people was removed')
    const still = new Map<string, number>()
    let after: string | undefined
    do {
      const page = await registry.listAuthorities({ limit: AUTHORITIES_PER_READ, after })
      for (const { id } of page.items) {
        const open = await registry.listOpenReports(id, ANSWERED)
        if (open.length > 0) await answer(id, open, still)
      }
      after = page.next ?? undefined
    } while (after !== undefined)
    seen = still
  }

  async function answer(
    authority: string,
    open: readonly OpenReport[],
    still: Map<string, number>,
  ): Promise<void> {
    const lifts = await findLifts(registry, authority)
    const latest = new Map<string, number>()
    for (const { device, time } of await store.listLatest(authority, 'bin')) latest.set(device, time)
    for (const { id, deviceId, requestedTime } of open) {
      const key = `${authority}/${id}/${deviceId}`
      const latestTime = latest.get(deviceId)
      const isMarked = (lifts.get(deviceId) ?? Number.NEGATIVE_INFINITY) >= requestedTime
      const isNew = latestTime !== undefined && latestTime > requestedTime && latestTime !== seen.get(key)
      if (isMarked || (isNew && (await wasEmptied(authority, deviceId, requestedTime)))) {
        const change = { patch: { status: 'closed' }, outcome: 'emptied', onlyOpen: true } as const
        await registry.updateReport(authority, id, change, ACTOR)
      } else if (latestTime !== undefined) still.set(key, latestTime)
    }
  }

  async function wasEmptied(authority: string, device: string, requestedTime: number): Promise<boolean> {
    const readings: ReportReading[] = []
    let after: { time: number; part: string } | undefined
    do {
      const page = await store.listReadings({
        authority,
        kind: 'bin',
        device,
        from: Math.max(requestedTime, clock.now() - LATELY_MS) - BEFORE_MS,
        to: clock.now() + 1,
        limit: READINGS_PER_READ,
        ...(after && { after }),
      })
      for (const { time, fields } of page) {
        const fillPercent = fields['fillPercent']
        if (typeof fillPercent === 'number') readings.push({ time, fillPercent })
      }
      const last = page.at(-1)
      after = last && page.length === READINGS_PER_READ ? { time: last.time, part: last.part } : undefined
    } while (after)
    return findCollection(readings, requestedTime) !== undefined
  }
}
