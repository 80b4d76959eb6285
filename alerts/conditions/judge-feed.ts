import { type Outcome, sayDuration } from '../outcome.ts'

/** A connection to another system that messages come from. */
export interface IncomingFeed {
  readonly id: string
  /** How long after one answer the next is asked for; undefined where messages come by themselves. */
  readonly intervalSeconds: number | undefined
  /** Since it was first tried here, and since it last brought anything: undefined where it never did. */
  readonly knownSeconds: number
  readonly ageSeconds: number | undefined
  readonly problem: string | null
}

/** What is known of the trips that the timetable has under way now. */
export interface LiveShare {
  readonly due: number
  readonly live: number
  /** For how long none is live while some are due; 0 where one is. */
  readonly darkSeconds: number
  /** Whether any was live before, within a day: where no vehicle ever reports, nothing is stale. */
  readonly wasLive: boolean
}

const STALE_SECONDS = 600
const INTERVALS = 5
const DARK_SECONDS = 900
const DUE_MIN = 3

/** Live departures have stopped: another system brings nothing any more, or no vehicle that is to be under way is heard of. */
export function judgeFeed(feeds: readonly IncomingFeed[], share: LiveShare | undefined): Outcome {
  const stale = feeds
    .filter(({ intervalSeconds = 0, ageSeconds, knownSeconds, problem }) => {
      // Where vehicles tell of themselves there is nothing to hear at night.
      const isExpected = intervalSeconds > 0 || problem !== null || (share?.due ?? 0) >= DUE_MIN
      return (
        isExpected && (ageSeconds ?? knownSeconds) >= Math.max(STALE_SECONDS, INTERVALS * intervalSeconds)
      )
    })
    .toSorted((a, b) => (b.ageSeconds ?? b.knownSeconds) - (a.ageSeconds ?? a.knownSeconds))
  const [worst] = stale
  if (worst) {
    const ageSeconds = Math.round(worst.ageSeconds ?? worst.knownSeconds)
    const others = stale.length > 1 ? `, and ${stale.length - 1} more` : ''
    const why = worst.problem === null ? '' : `: ${worst.problem}`
    return {
      severity: 'warning',
      summary: `The connection ${worst.id} has brought nothing for ${sayDuration(ageSeconds)}${others}${why}`,
      detail: { ageSeconds, connections: stale.length },
    }
  }
  if (!share) return feeds.length > 0 ? 'well' : 'unsure'
  if (share.live > 0) return 'well'
  if (!share.wasLive || share.due < DUE_MIN || share.darkSeconds < DARK_SECONDS) return 'unsure'
  return {
    severity: 'critical',
    summary: `None of the ${share.due} trips that are under way by the timetable is heard of, for ${sayDuration(share.darkSeconds)}.`,
    detail: { trips: share.due, darkSeconds: Math.round(share.darkSeconds) },
  }
}
