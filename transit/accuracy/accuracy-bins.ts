/** A prediction is good where actual minus predicted, in seconds, lies between the two. */
export interface AccuracyBin {
  /** Of the time to arrival, in minutes: from the first to before the second. */
  readonly fromMinutes: number
  readonly toMinutes: number
  readonly earlySeconds: number
  readonly lateSeconds: number
}

/** MBTA's, by the predicted time to arrival. */
export const MBTA_BINS: readonly AccuracyBin[] = [
  { fromMinutes: 0, toMinutes: 3, earlySeconds: -60, lateSeconds: 60 },
  { fromMinutes: 3, toMinutes: 6, earlySeconds: -90, lateSeconds: 120 },
  { fromMinutes: 6, toMinutes: 12, earlySeconds: -150, lateSeconds: 210 },
  { fromMinutes: 12, toMinutes: 30, earlySeconds: -240, lateSeconds: 360 },
]

/** Transit app's, by the actual time to arrival. */
export const TRANSIT_APP_BINS: readonly AccuracyBin[] = [
  { fromMinutes: 0, toMinutes: 3, earlySeconds: -30, lateSeconds: 90 },
  { fromMinutes: 3, toMinutes: 6, earlySeconds: -60, lateSeconds: 150 },
  { fromMinutes: 6, toMinutes: 10, earlySeconds: -60, lateSeconds: 210 },
  { fromMinutes: 10, toMinutes: 15, earlySeconds: -90, lateSeconds: 270 },
]

/** The bin of a time to arrival; -1 where it is in none. */
export function findBin(bins: readonly AccuracyBin[], seconds: number): number {
  return bins.findIndex(
    ({ fromMinutes, toMinutes }) => seconds >= fromMinutes * 60 && seconds < toMinutes * 60,
  )
}

export function isGood(bin: AccuracyBin | undefined, errorSeconds: number): boolean {
  return bin !== undefined && errorSeconds >= bin.earlySeconds && errorSeconds <= bin.lateSeconds
}
