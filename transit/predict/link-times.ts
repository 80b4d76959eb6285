import { createDecayedRatio, type DecayedRatio } from './decayed-ratio.ts'
import { addToCell, countOfCell, type LinkRecord, meanOfCell } from './link-record.ts'

const MINUTE_MS = 60_000
/**
 * What the streets are like fades by half in this time: long enough that a link with a bus every quarter of an hour rests on
 * a dozen of them, short enough that noon is not taken for the evening's rush.
 */
const RECENT_HALF_LIFE_MS = 90 * MINUTE_MS
/** The whole network's state is known from all buses, so it may fade faster. */
const TODAY_HALF_LIFE_MS = 30 * MINUTE_MS
/** How far timetables as such are from the truth changes with the seasons. */
const TIMETABLE_HALF_LIFE_MS = 14 * 24 * 60 * MINUTE_MS
/** A ratio is 1 until so many seconds of driving say otherwise: a bus's trip or so. */
const RATIO_PRIOR_SECONDS = 3_000
/** One traversal counts as within these factors of what was expected: outliers are breakdowns and layovers. */
const CLIP_LOW = 0.45
const CLIP_HIGH = 2.2
/** For the network's ratios, which outliers cannot move by much. */
const RATIO_CLIP = 3
/** Timetables in whole minutes give links of no seconds. */
const SECONDS_MIN = 5
/** The timetable weighs as much as so many traversals of the same hour in the past. */
const TIMETABLE_WEIGHT = 4
/** The past is a mean of some weeks: of at most so many traversals of an hour. */
const PAST_COUNT_MAX = 60
/** What is expected from the past weighs as so many recent traversals, and more for each of those that it rests on. */
const PAST_WEIGHT = 0.6
const PAST_WEIGHT_EACH = 0.4
const PAST_WEIGHT_MAX = 12

/** How much longer than usual a link takes at a time (ms since 1970), by what others know of the streets: 1 is as usual. */
export type LinkRatio = (fromStopId: string, toStopId: string, time: number) => number

/** How long links take from stop to stop, learnt from what took how long. */
export interface LinkTimes {
  /** Seconds at a time in ms since 1970, which lies in a cell of the week. */
  expect(record: LinkRecord, timetableSeconds: number, time: number, cell: number): number
  learn(record: LinkRecord, timetableSeconds: number, time: number, cell: number, seconds: number): void
  readonly today: DecayedRatio
  readonly ofTimetable: DecayedRatio
}

/**
 * A link is expected to take the decayed mean of its recent traversals, each clipped, shrunk to what the past says: the mean
 * of the same hour in the weeks before, itself shrunk to the timetable, times how the whole network runs today.
 */
export function createLinkTimes(linkRatio: LinkRatio = () => 1): LinkTimes {
  const today = createDecayedRatio(TODAY_HALF_LIFE_MS, RATIO_PRIOR_SECONDS)
  const ofTimetable = createDecayedRatio(TIMETABLE_HALF_LIFE_MS, RATIO_PRIOR_SECONDS)
  return { expect, learn, today, ofTimetable }

  function expect(record: LinkRecord, timetableSeconds: number, time: number, cell: number): number {
    const ratio = today.at(time) * linkRatio(record.fromStopId, record.toStopId, time)
    const past = expectFromPast(record, timetableSeconds, time, cell) * ratio
    if (record.recentWeight === 0) return past
    const fading = fade(time - record.time)
    const pastWeight = Math.min(PAST_WEIGHT_MAX, PAST_WEIGHT + PAST_WEIGHT_EACH * countOfCell(record, cell))
    return (record.recentSeconds * fading + past * pastWeight) / (record.recentWeight * fading + pastWeight)
  }

  function expectFromPast(record: LinkRecord, timetableSeconds: number, time: number, cell: number): number {
    const byTimetable = Math.max(SECONDS_MIN, timetableSeconds) * ofTimetable.at(time)
    const count = countOfCell(record, cell)
    if (count === 0) return byTimetable
    return (byTimetable * TIMETABLE_WEIGHT + meanOfCell(record, cell) * count) / (TIMETABLE_WEIGHT + count)
  }

  function learn(
    record: LinkRecord,
    timetableSeconds: number,
    time: number,
    cell: number,
    seconds: number,
  ): void {
    const expected = expect(record, timetableSeconds, time, cell)
    const past = expectFromPast(record, timetableSeconds, time, cell)
    const clipped = clamp(seconds, expected * CLIP_LOW, expected * CLIP_HIGH)
    const scheduled = Math.max(SECONDS_MIN, timetableSeconds)
    today.add(time, clamp(seconds, past / RATIO_CLIP, past * RATIO_CLIP), past)
    ofTimetable.add(time, clamp(seconds, scheduled / RATIO_CLIP, scheduled * RATIO_CLIP), scheduled)
    const fading = fade(time - record.time)
    record.recentSeconds = record.recentSeconds * fading + clipped
    record.recentWeight = record.recentWeight * fading + 1
    record.time = Math.max(record.time, time)
    addToCell(record, cell, clipped, PAST_COUNT_MAX)
  }
}

/** What was told late counts as if it were new. */
function fade(ageMs: number): number {
  return ageMs > 0 ? 0.5 ** (ageMs / RECENT_HALF_LIFE_MS) : 1
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value))
}
