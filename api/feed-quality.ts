import { createHash } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { Clock } from '../model/clock.ts'
import { KerbsideError } from '../model/error.ts'
import type { Registry, TimetableVersion } from '../registry/registry.ts'
import { checkFeed, type FeedQuality, type SeenFeed } from '../transit/quality/check-feed.ts'
import type { Finding } from '../transit/quality/finding-list.ts'
import { localServiceDate } from '../transit/timetable/service-day-start.ts'
import type { Timetable } from '../transit/timetable/timetable.ts'
import type { TimetableSource } from './parts.ts'
import { createSharedValues } from './shared-values.ts'
import { takeTurns } from './take-turns.ts'
import type { TimetableImports } from './timetable-imports.ts'
import type { FeedKind, TransitFeeds } from './transit-feeds.ts'
import { createTurns } from './turns.ts'

interface QualityReport {
  /** When it was checked, in ms since 1970. */
  readonly time: number
  readonly feeds: readonly ({ readonly name: FeedKind } & FeedQuality)[]
  /** Null where there is none in use. */
  readonly timetable: TimetableQuality | null
}

interface TimetableQuality {
  readonly version: string
  readonly importedTime: number
  readonly firstDate: string
  readonly lastDate: string
  /** Nothing with errors is imported. */
  readonly errors: readonly Finding[]
  /** Whether it runs out, and of each rule of the import what that has listed. */
  readonly warnings: readonly Finding[]
  readonly warningCount: number
}

/** The result of checking what is served against the rules. */
export interface FeedQualityReports {
  /** Where checking takes longer than a moment it is the report before; rejects with BUSY where there is none. */
  get(authority: string): Promise<QualityReport>
}

const KINDS = ['trip-updates', 'vehicle-positions', 'alerts'] as const
/** By the machine's clock: checking is no work for each who asks. */
const FRESH_MS = 30_000
/** Authorities whose reports, and feeds to compare the next ones with, are kept; the earliest go. */
const KEPT_MAX = 1_000
const WEEK_MS = 7 * 86_400_000
/** So long a request waits for the next report. */
const PATIENCE_MS = 2_000

export function createFeedQuality({
  feeds,
  registry,
  timetables,
  timetableImports,
  clock,
}: {
  readonly feeds: TransitFeeds
  readonly registry: Registry
  readonly timetables?: TimetableSource | undefined
  readonly timetableImports?: TimetableImports | undefined
  readonly clock: Clock
}): FeedQualityReports {
  const seen = new Map<string, SeenFeed>()
  // One authority at a time, so that many who ask at once take no more of the processor than one.
  const turns = createTurns()
  const reports = createSharedValues({
    freshMs: FRESH_MS,
    valuesMax: KEPT_MAX,
    now: () => clock.now() / clock.speed,
    make: (authority) => turns.take(() => check(authority)),
  })
  const last = new Map<string, QualityReport>()
  return { get }

  async function get(authority: string): Promise<QualityReport> {
    const report = reports.get(authority)
    const late = new AbortController()
    const patience = delay(PATIENCE_MS, last.get(authority), { signal: late.signal, ref: false })
    patience.catch(() => undefined)
    try {
      const found = await Promise.race([report, patience])
      if (found) return found
    } finally {
      late.abort()
    }
    throw new KerbsideError('BUSY', 'The feeds are being checked; ask again in a moment')
  }

  async function check(authority: string): Promise<QualityReport> {
    const timetable = await timetables?.find(authority)
    const checked: QualityReport['feeds'][number][] = []
    for (const name of KINDS) checked.push({ name, ...(await checkKind(authority, name, timetable)) })
    const current = timetable && (await registry.listTimetables(authority)).find(({ isCurrent }) => isCurrent)
    const report = {
      time: clock.now(),
      feeds: checked,
      timetable: timetable && current ? describeTimetable(authority, timetable, current) : null,
    }
    last.delete(authority)
    last.set(authority, report)
    const [oldest] = last.keys()
    if (last.size > KEPT_MAX && oldest !== undefined) last.delete(oldest)
    return report
  }

  async function checkKind(
    authority: string,
    kind: FeedKind,
    timetable: Timetable | undefined,
  ): Promise<FeedQuality> {
    const bytes = (await feeds.get(authority, kind)).protobuf.plain
    const name = `${authority}/${kind}`
    const hash = createHash('sha1').update(bytes).digest('base64url')
    const previous = seen.get(name)
    const { speed } = clock
    const quality = await takeTurns(checkFeed({ bytes, hash, timetable, now: clock.now(), speed, previous }))
    seen.delete(name)
    if (quality.timestamp !== null) seen.set(name, { timestamp: quality.timestamp, hash })
    const [oldest] = seen.keys()
    if (seen.size > KEPT_MAX * KINDS.length && oldest !== undefined) seen.delete(oldest)
    return quality
  }

  function describeTimetable(
    authority: string,
    { version, timeZone, services: { firstDate, lastDate } }: Timetable,
    current: TimetableVersion,
  ): TimetableQuality {
    const known = timetableImports?.findWarnings(authority)
    const warnings = new Map<string, Finding>()
    for (const { code, file, row, message } of known?.warnings ?? []) {
      const place = [file, row].filter((part) => part !== null).join(':')
      const first = warnings.get(code) ?? { rule: code, title: message, count: 0, example: place }
      warnings.set(code, { ...first, count: first.count + 1 })
    }
    const end = checkEnd(lastDate, (time) => localServiceDate(timeZone, time), clock.now())
    return {
      version,
      importedTime: current.importedTime,
      firstDate,
      lastDate,
      errors: [],
      warnings: [...end, ...warnings.values()],
      warningCount: end.length + (known?.warningCount ?? current.warnings),
    }
  }
}

/** Whether it runs out, as MobilityData's validator has it: not at the import but as time passes. */
function checkEnd(lastDate: string, dateOf: (time: number) => string, now: number): Finding[] {
  const found = (rule: string, title: string) => [{ rule, title, count: 1, example: lastDate }]
  if (lastDate < dateOf(now)) return found('expired_calendar', 'No trip runs any more')
  if (lastDate >= dateOf(now + WEEK_MS)) return []
  return found('feed_expiration_date7_days', 'After less than seven days no trip runs any more')
}
