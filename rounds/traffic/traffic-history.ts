import { HOUR_MS } from './local-hours.ts'

/** Twelve weeks: what a forecast learns from. */
export const HOURS_KEPT = 12 * 168
/** An hour of which less than this was counted says too little. */
const COMPLETE_RATIO = 0.75

/**
 * What one counter measured, by hour: plain data that can be cloned and sent to a worker. Rings of `HOURS_KEPT` hours,
 * where hour h (whole hours since 1970) stands at `h % HOURS_KEPT`.
 */
export interface TrafficHistory {
  /** The newest hour; NaN before the first reading. */
  newestHour: number
  readonly counts: Float32Array
  /** Seconds counted, of all lanes together: four lanes make 14,400 of a whole hour. */
  readonly countedSeconds: Float32Array
  /** Sum of speed in km/h times vehicles, and of these vehicles. */
  readonly speedSums: Float32Array
  readonly speedWeights: Float32Array
}

export interface TrafficReading {
  /** The interval's start, in ms since 1970. */
  readonly time: number
  /** Without it, the reading belongs to the hour in which it begins. */
  readonly intervalSeconds?: number | undefined
  /** Vehicles (or whoever is counted) in the interval. */
  readonly count?: number | undefined
  readonly meanSpeedKph?: number | undefined
}

/** One hour of a counter; NaN for what was not measured. */
export interface TrafficHour {
  /** Whole hours since 1970. */
  readonly hour: number
  readonly count: number
  readonly meanSpeedKph: number
}

export function createTrafficHistory(): TrafficHistory {
  return {
    newestHour: Number.NaN,
    counts: new Float32Array(HOURS_KEPT),
    countedSeconds: new Float32Array(HOURS_KEPT),
    speedSums: new Float32Array(HOURS_KEPT),
    speedWeights: new Float32Array(HOURS_KEPT),
  }
}

/**
 * Adds a reading of one lane, or of the counter as a whole, in any order. What began more than `HOURS_KEPT` before the newest one
 * is ignored. Each reading is to come once: one that comes again is counted again.
 */
export function observeTraffic(history: TrafficHistory, reading: TrafficReading): void {
  const { time, intervalSeconds, count, meanSpeedKph } = reading
  const firstHour = Math.floor(time / HOUR_MS)
  if (intervalSeconds === undefined) {
    addToHour(history, firstHour, 3600, count, meanSpeedKph)
    return
  }
  // An interval over the hour's end is shared out by time.
  const end = time + intervalSeconds * 1000
  for (let hour = firstHour; hour * HOUR_MS < end; hour++) {
    const seconds = (Math.min(end, (hour + 1) * HOUR_MS) - Math.max(time, hour * HOUR_MS)) / 1000
    const share = seconds / intervalSeconds
    addToHour(history, hour, seconds, count === undefined ? undefined : count * share, meanSpeedKph)
  }
}

/**
 * The hours that ended by `before` (ms since 1970), oldest first. A detector that failed for a part of an hour is made up for by
 * what the others counted, unless too much is missing.
 */
export function listTrafficHours(history: TrafficHistory, before: number): TrafficHour[] {
  const { newestHour, counts, countedSeconds, speedSums, speedWeights } = history
  if (Number.isNaN(newestHour)) return []
  const wholeSeconds = findWholeHour(countedSeconds)
  const hours: TrafficHour[] = []
  const last = Math.min(newestHour, Math.floor(before / HOUR_MS) - 1)
  for (let hour = newestHour - HOURS_KEPT + 1; hour <= last; hour++) {
    const index = indexOf(hour)
    const counted = countedSeconds[index] as number
    const weight = speedWeights[index] as number
    const isComplete = counted > 0 && counted >= COMPLETE_RATIO * wholeSeconds
    if (!isComplete && weight === 0) continue
    hours.push({
      hour,
      count: isComplete ? (counts[index] as number) * Math.max(1, wholeSeconds / counted) : Number.NaN,
      meanSpeedKph: weight > 0 ? (speedSums[index] as number) / weight : Number.NaN,
    })
  }
  return hours
}

function addToHour(
  history: TrafficHistory,
  hour: number,
  seconds: number,
  count: number | undefined,
  meanSpeedKph: number | undefined,
): void {
  if (hour <= history.newestHour - HOURS_KEPT) return
  moveOn(history, hour)
  const index = indexOf(hour)
  if (count !== undefined) {
    history.counts[index] = (history.counts[index] as number) + count
    history.countedSeconds[index] = (history.countedSeconds[index] as number) + seconds
  }
  // Speeds without counts weigh alike.
  const weight = count ?? 1
  if (meanSpeedKph !== undefined && weight > 0) {
    history.speedSums[index] = (history.speedSums[index] as number) + meanSpeedKph * weight
    history.speedWeights[index] = (history.speedWeights[index] as number) + weight
  }
}

/** Makes room for an hour that is newer than the newest. */
function moveOn(history: TrafficHistory, hour: number): void {
  const { newestHour, counts, countedSeconds, speedSums, speedWeights } = history
  if (hour <= newestHour) return
  const first = Number.isNaN(newestHour) ? hour : Math.max(newestHour + 1, hour - HOURS_KEPT + 1)
  for (let empty = first; empty <= hour; empty++) {
    for (const ring of [counts, countedSeconds, speedSums, speedWeights]) ring[indexOf(empty)] = 0
  }
  history.newestHour = hour
}

/** The seconds of a whole hour, of all lanes: the median of the hours in which anything was counted. */
function findWholeHour(countedSeconds: Float32Array): number {
  const counted = countedSeconds.filter((seconds) => seconds > 0).sort()
  return counted[Math.floor(counted.length / 2)] ?? 0
}

/** Also of hours before 1970, which a counter whose clock is wrong may tell. */
function indexOf(hour: number): number {
  return ((hour % HOURS_KEPT) + HOURS_KEPT) % HOURS_KEPT
}
