import { judgeAccuracy, type PredictionTally } from '../../alerts/conditions/judge-accuracy.ts'
import { type IncomingFeed, judgeFeed, type LiveShare } from '../../alerts/conditions/judge-feed.ts'
import { judgeJournal } from '../../alerts/conditions/judge-journal.ts'
import { judgeQuarantine } from '../../alerts/conditions/judge-quarantine.ts'
import type { Judgement } from '../../alerts/outcome.ts'
import type { Balance } from '../../model/balance.ts'
import type { Clock } from '../../model/clock.ts'
import type { Registry } from '../../registry/registry.ts'
import type { Metrics } from '../metrics.ts'
import { findNextStop, isUnderWay } from '../observers/trip-status.ts'
import type { TransitDesk } from '../parts.ts'
import type { TransitView } from '../transit-view.ts'

/** What concerns an authority as a whole, judged from counts and states that others keep. */
export interface AuthorityTallies {
  /** The balance that it judged by comes with it. */
  judge(): Promise<{ readonly judgements: Judgement[]; readonly balance: Balance }>
}

export interface TallyParts {
  readonly registry: Pick<Registry, 'getBalance' | 'listConnections'>
  readonly view: Pick<TransitView, 'findMoment'>
  readonly transit?: Pick<TransitDesk, 'accuracy' | 'recentAccuracy'> | undefined
  readonly metrics: Pick<Metrics, 'find'>
  readonly refreshBalance?: (() => Promise<void>) | undefined
  readonly clock: Clock
}

const MINUTE_MS = 60_000
/** Of the quarantine, what came within so long. */
const LATELY_MS = 30 * MINUTE_MS
const LATELY_MIN_MS = 10 * MINUTE_MS
const DAY_MS = 86_400_000
const CONNECTIONS_MAX = 100

export function createAuthorityTallies(authority: string, parts: TallyParts): AuthorityTallies {
  const { registry, view, transit, metrics, refreshBalance, clock } = parts
  /** Each minute's, of the last half an hour. */
  const balances: { readonly time: number; readonly balance: Balance }[] = []
  const connectionsKnown = new Map<string, number>()
  let darkSince: number | undefined
  let liveTime = Number.NEGATIVE_INFINITY

  return {
    async judge() {
      await refreshBalance?.()
      const balance = await registry.getBalance(authority, clock.now())
      const judgements: Judgement[] = [
        {
          condition: 'journal-filling',
          device: null,
          outcome: judgeJournal({ ...balance, filledPercent: await findFilledPercent() }),
        },
        { condition: 'quarantine-rising', device: null, outcome: judgeShare(balance) },
        { condition: 'accuracy-fallen', device: null, outcome: judgeAccuracy(...tallyAccuracy()) },
        {
          condition: 'feed-stale',
          device: null,
          outcome: judgeFeed(await listFeeds(), await findLiveShare()),
        },
      ]
      return { judgements, balance }
    },
  }

  async function findFilledPercent(): Promise<number | undefined> {
    const bytes = await metrics.find('kerbside_journal_bytes')
    const limitBytes = await metrics.find('kerbside_journal_limit_bytes')
    return bytes === undefined || !limitBytes ? undefined : (100 * bytes) / limitBytes
  }

  function judgeShare(balance: Balance) {
    const now = clock.now()
    if (now - (balances.at(-1)?.time ?? 0) >= MINUTE_MS) balances.push({ time: now, balance })
    while (balances.length > 1 && (balances[1]?.time ?? now) <= now - LATELY_MS) balances.shift()
    const [first] = balances
    if (!first || now - first.time < LATELY_MIN_MS) return 'unsure'
    // What is tried again with success leaves the quarantine.
    const accepted = Math.max(0, balance.accepted - first.balance.accepted)
    const quarantined = Math.max(0, balance.quarantined - first.balance.quarantined)
    return judgeQuarantine(
      { seconds: (now - first.time) / 1000, accepted, quarantined },
      { ...first.balance, seconds: 0 },
    )
  }

  function tallyAccuracy(): [lately: PredictionTally, usually: PredictionTally] {
    const lately = { count: 0, good: 0 }
    for (const { predictions, withinPercent } of transit?.recentAccuracy(authority) ?? []) {
      lately.count += predictions
      lately.good += (predictions * withinPercent) / 100
    }
    const usually = { count: 0, good: 0 }
    for (const { scheme, count, good } of transit?.accuracy(authority) ?? []) {
      if (scheme !== 'mbta') continue
      usually.count += count
      usually.good += good
    }
    return [lately, usually]
  }

  async function listFeeds(): Promise<IncomingFeed[]> {
    const now = clock.now()
    const { items } = await registry.listConnections(authority, { limit: CONNECTIONS_MAX })
    const ids = new Set(items.map(({ connection }) => connection.id))
    for (const id of connectionsKnown.keys()) if (!ids.has(id)) connectionsKnown.delete(id)
    return items.map(({ connection, state }) => {
      const { id } = connection
      const knownTime = connectionsKnown.get(id) ?? now
      connectionsKnown.set(id, knownTime)
      const succeededTime = state?.succeededTime ?? null
      return {
        id,
        intervalSeconds: connection.type === 'gtfs-realtime' ? connection.intervalSeconds : undefined,
        knownSeconds: (now - knownTime) / 1000,
        ageSeconds: succeededTime === null ? undefined : Math.max(0, now - succeededTime) / 1000,
        problem: state?.problem ?? null,
      }
    })
  }

  async function findLiveShare(): Promise<LiveShare | undefined> {
    const moment = await view.findMoment(authority)
    if (!moment) return undefined
    const due = moment.trips.filter((trip) => isUnderWay(trip, moment.time))
    const live = due.filter((trip) => findNextStop(trip)?.state === 'live').length
    const now = clock.now()
    if (live > 0) liveTime = now
    if (live > 0 || due.length === 0) darkSince = undefined
    else darkSince ??= now
    const darkSeconds = darkSince === undefined ? 0 : (now - darkSince) / 1000
    return { due: due.length, live, darkSeconds, wasLive: now - liveTime < DAY_MS }
  }
}
