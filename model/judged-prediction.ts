/**
 * When a bus was expected at a stop, and when it came. One of the same trip, service date, start, stop and time made is the same.
 * Times are whole ms since 1970.
 */
export interface JudgedPrediction {
  readonly routeId: string
  readonly stopId: string
  /** Tells the visits of a trip that calls at a stop twice apart. */
  readonly stopSequence: number
  readonly tripId: string
  /** Such as 20260216. */
  readonly serviceDate: string
  /** For a trip that repeats by a headway: when this run starts, such as 25:10:00; null otherwise. */
  readonly startTime: string | null
  /** When it was made. */
  readonly time: number
  readonly predictedTime: number
  /** The 80 % interval of the arrival; null where there was none. */
  readonly earliestTime: number | null
  readonly latestTime: number | null
  readonly actualTime: number
  /** From when it was made to the predicted arrival. */
  readonly horizonSeconds: number
  /** Actual minus predicted. */
  readonly errorSeconds: number
  /** Whether the interval held the arrival; null where there was none. */
  readonly isCovered: boolean | null
}
