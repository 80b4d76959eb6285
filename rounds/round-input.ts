import type { LorryRound, Round, RoundRequest } from '../model/round.ts'
import type { Depot, Lorry, Tip } from '../model/site.ts'
import type { BinForecast } from './choose/forecast-bin.ts'
import type { SpeedCounter } from './traffic/edge-speeds.ts'

/** That people report a bin to overflow. */
export interface BinReport {
  /** When the first of them did, in ms since 1970. */
  readonly time: number
  /** How many reports there are. */
  readonly voices: number
}

/** A bin as planning sees it: what it is, where it stands, and what was last read of it. */
export interface PlannedBin {
  readonly id: string
  readonly name: string | null
  readonly longitude: number | null
  readonly latitude: number | null
  /** The last level that was read; null where none was. */
  readonly fillPercent: number | null
  /** When it was read, in ms since 1970; null where nothing was. */
  readonly time: number | null
  /** Null for DEFAULT_THRESHOLD_PERCENT. */
  readonly thresholdPercent: number | null
  /** Null for DEFAULT_BIN_LITRES. */
  readonly capacityLitres: number | null
  /** What it collects; null where nobody said. */
  readonly stream: string | null
  /** It is lifted between these times of day; null for any. */
  readonly collectFrom: string | null
  readonly collectUntil: string | null
  /** What its lorry has to have among its own. */
  readonly skills: readonly string[]
  /** How long it takes to empty it; null where nobody said. */
  readonly serviceSeconds: number | null
  /** What a day of its overflowing costs; null where nobody said. */
  readonly overflowCostPerDay: number | null
  /** What its history says for this round; null where too little is known of it. */
  readonly forecast: BinForecast | null
  /** That it is reported to overflow, and not answered yet. */
  readonly report?: BinReport | undefined
}

/** Everything that a plan is made from, as plain data that can be sent to a worker thread. */
export interface RoundInput {
  readonly request: RoundRequest
  /** The authority's own, of the IANA database. */
  readonly timeZone: string
  /** All bins of the authority, and those that others let it plan with. */
  readonly bins: readonly PlannedBin[]
  readonly depots: readonly Depot[]
  readonly tips: readonly Tip[]
  readonly lorries: readonly Lorry[]
  /** Which of the bins are other authorities', by share. */
  readonly sharedBins?: Round['shares']
  /** Counters that tell how fast the streets beside them are driven, by hour; none where speeds do not change. */
  readonly counters?: readonly SpeedCounter[] | undefined
  /** What the counters' speeds are learnt from ended by then, in ms since 1970. */
  readonly now?: number | undefined
}

/** What planning adds to a round. */
export type RoundPlan = Pick<
  Round,
  'estimated' | 'attribution' | 'cost' | 'distanceM' | 'durationSeconds' | 'left'
> & {
  readonly lorries: LorryRound[]
}

/** The best plan so far. */
export interface RoundProgress {
  readonly cost: number
  /** Bins that it empties. */
  readonly bins: number
  readonly distanceM: number
  readonly durationSeconds: number
  /** Since solving began. */
  readonly elapsedSeconds: number
}
