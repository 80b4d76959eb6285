import type { Kind } from '../model/device.ts'
import type { JudgedPrediction } from '../model/judged-prediction.ts'
import type { Observation } from '../model/observation.ts'
import type { Reading } from '../model/reading.ts'

/** A reading that the store will never take, however often it is sent. */
export interface RefusedReading {
  /** Its index in the batch. */
  readonly index: number
  readonly detail: string
}

/** The readings of one device (all its parts) with `from <= time < to`, in ms since 1970. */
export interface SeriesQuery {
  readonly authority: string
  readonly kind: Kind
  readonly device: string
  readonly from: number
  readonly to: number
}

export interface ReadingsQuery extends SeriesQuery {
  readonly limit: number
  /** Only readings after this one in the order of time and part: the last one of the page before. */
  readonly after?: { readonly time: number; readonly part: string }
}

/** The readings of a kind, of all devices, that were received at `receivedFrom` or later and measured at `from` or later. */
export interface ReceivedQuery {
  readonly authority: string
  readonly kind: Kind
  /** In ms since 1970. That of a live question is recent, which spares the store from looking through the others. */
  readonly from: number
  /** In ms since 1970. */
  readonly receivedFrom: number
  readonly limit: number
}

/** The readings of a kind, of all devices, with `from <= time < to`, in ms since 1970. */
export interface MeasuredQuery {
  readonly authority: string
  readonly kind: Kind
  readonly from: number
  readonly to: number
  readonly limit: number
  /** Only readings after this one in the order of time, device and part: the last one of the page before. */
  readonly after?: Pick<Reading, 'time' | 'device' | 'part'> | undefined
}

export interface IntervalsQuery extends SeriesQuery {
  /** The interval's length in ms; intervals begin at multiples of it since 1970. */
  readonly every: number
  readonly limit: number
}

export interface FieldSummary {
  readonly mean: number
  readonly min: number
  readonly max: number
}

export interface ReadingInterval {
  /** The interval's start, in ms since 1970. */
  readonly time: number
  /** Readings in it. */
  readonly count: number
  /** The numeric fields that were measured in it. */
  readonly fields: Readonly<Record<string, FieldSummary>>
}

/** What a lorry is to do in a planned round: a measurement of its own, beside what devices measured. */
export interface LorryRecord {
  readonly lorry: string
  /** When it leaves, in ms since 1970. */
  readonly time: number
  readonly distanceM: number
  readonly durationSeconds: number
  readonly lifts: number
  readonly tips: number
  /** What it collects on all of its trips. */
  readonly litres: number
  readonly kg: number
  /** Whether its way is by straight lines, for want of roads. */
  readonly isEstimated: boolean
}

export interface RoundRecord {
  readonly authority: string
  /** The round's id. */
  readonly round: string
  readonly lorries: readonly LorryRecord[]
}

/**
 * Keeps readings by time. A reading of an identity (authority, kind, device, part, time) that is there already
 * replaces it as a whole. Every method rejects with a KerbsideError STORE_UNAVAILABLE where the store is away or
 * fails, after which the same call may be made again; nothing else is thrown.
 */
export interface ReadingStore {
  /**
   * Writes a batch of any authorities and kinds; of two with the same identity the later one stays. When it resolves,
   * all but the refused ones are durable and seen by every query. When it rejects, some may have been written:
   * the same batch is to be written again.
   */
  write(readings: readonly Reading[]): Promise<readonly RefusedReading[]>
  /** The newest reading (by time) of each part of each device of a kind, in the order of device and part. */
  listLatest(authority: string, kind: Kind): Promise<readonly Reading[]>
  /**
   * As `listLatest`, of those whose measuring was over at `until`, in ms since 1970: a counter's with its `intervalSeconds`. Where
   * a part has counted intervals that overlap, one before its newest may be taken for that.
   */
  listLatestUntil(authority: string, kind: Kind, until: number): Promise<readonly Reading[]>
  /** In the order of time, then device and part. */
  listMeasured(query: MeasuredQuery): Promise<readonly Reading[]>
  /** Of all parts together, in the order of time, then part. */
  listReadings(query: ReadingsQuery): Promise<readonly Reading[]>
  /**
   * In the order of receipt, then device, part and time. Several processes that write at once may write what was received
   * earlier later: who goes on from the last one asks for a few seconds before it once more.
   */
  listReceived(query: ReceivedQuery): Promise<readonly Reading[]>
  /** Of all parts together, in the order of time; intervals without a reading are left out. */
  listIntervals(query: IntervalsQuery): Promise<readonly ReadingInterval[]>
  /** How many readings of a kind an authority has with `from <= time < to`. */
  countReadings(query: Omit<SeriesQuery, 'device'>): Promise<number>
  /**
   * Of the same readings: a text that is another one after each change of them. A reading that took another's place is seen by
   * when it was received.
   */
  getReadingsVersion(query: Omit<SeriesQuery, 'device'>): Promise<string>
  /**
   * Keeps a planned round, instead of what there is of it: none of it where it has no lorries. People and dashboards read it as
   * the measurement `round`.
   */
  writeRound(record: RoundRecord): Promise<void>
  /**
   * Keeps what came of predictions; one that is there already is replaced. When it rejects, some may have been written: the same
   * ones are to be written again. What the store will never take is left out, and logged. People and dashboards read them as the
   * measurement `prediction`, whose time is when the prediction was made.
   */
  writePredictions(authority: string, predictions: readonly JudgedPrediction[]): Promise<void>
  /**
   * Keeps what Kerbside observes beside the readings; one of the same measurement, time and tags is replaced (in InfluxDB but for
   * fields that the new one lacks), and one without any known field is left out. When it rejects, some may have been written: the
   * same ones may be written again. What the store will never take is left out, and logged. People and dashboards read them as the
   * measurements of `model/observation.ts`.
   */
  writeObservations(authority: string, observations: readonly Observation[]): Promise<void>
  /** Removes all that an authority has. */
  deleteAuthority(authority: string): Promise<void>
  /** Resolves where the store answers. */
  check(): Promise<void>
  /** Waits for what is under way; later calls reject. */
  close(): Promise<void>
}
