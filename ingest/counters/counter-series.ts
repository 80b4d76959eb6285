import type { Reading } from '../../model/reading.ts'
import type { CounterSums } from '../../registry/registry.ts'
import { countIncrease, INCREASE_MAX } from './count-increase.ts'

/** What grew in a longer time is not known when: it counts as if the counter were new. */
const GAP_MAX_MS = 7 * 86_400_000

/** What a counter's sums are to become, as they come: `readings` replace those of the same time. */
export interface Counted {
  /** None where nothing can be counted. */
  readonly readings: readonly Reading[]
  /** What is known now, and is to be kept. */
  readonly changed: readonly CounterSums[]
  readonly problem: 'first_sum' | 'out_of_order' | 'out_of_range' | undefined
}

/** The sums of one part of one counter, in the order of their times. */
export class CounterSeries {
  private readonly points: CounterSums[] = []

  /** One that is known already, instead of an older one of its time. */
  learn(point: CounterSums): void {
    const index = this.find(point.time)
    this.points.splice(index, this.points[index]?.time === point.time ? 1 : 0, point)
  }

  /**
   * One that came. What was counted between two sums is a reading of the first one's time, so it follows from the two alone: however
   * often they come, and in whatever order, the readings are the same in the end. One that comes late parts an interval in two.
   */
  add(reading: Reading, sums: CounterSums['sums']): Counted {
    const { authority, device, part, time } = reading
    const index = this.find(time)
    const known = this.points[index]?.time === time ? this.points[index] : undefined
    const previous = this.points[index - 1]
    const next = this.points[known ? index + 1 : index]
    const follows = previous !== undefined && time - previous.time <= GAP_MAX_MS
    const isFirst = known?.isFirst ?? !follows
    const point = { authority, device, part, time, sums, fields: reading.fields, isFirst }

    // Before it, more is counted already than is known here any more.
    if (!follows && !known && next && !next.isFirst && previous === undefined) {
      return { readings: [], changed: [], problem: 'out_of_order' }
    }
    this.learn(point)
    const readings: (Reading | undefined)[] = []
    const changed: CounterSums[] = [point]
    if (follows && !isFirst) readings.push(toInterval(reading, previous, point))
    if (next && next.time - time <= GAP_MAX_MS) {
      readings.push(toInterval(reading, point, next))
      if (next.isFirst) {
        const followed = { ...next, isFirst: false }
        this.learn(followed)
        changed.push(followed)
      }
    }
    const counted = readings.filter((one) => one !== undefined)
    if (counted.length > 0) return { readings: counted, changed, problem: undefined }
    return { readings: [], changed, problem: readings.length > 0 ? 'out_of_range' : 'first_sum' }
  }

  /** The index of the first point that is not before a time. */
  private find(time: number): number {
    let index = this.points.length
    while (index > 0 && (this.points[index - 1] as CounterSums).time >= time) index -= 1
    return index
  }
}

/**
 * What was counted from one time to another; what else is told at its end is of the interval too. Undefined where no sum is at both
 * ends, or all grew by more than can be.
 */
function toInterval(reading: Reading, start: CounterSums, end: CounterSums): Reading | undefined {
  const counts: Record<string, number> = {}
  for (const [name, after] of Object.entries(end.sums)) {
    const before = start.sums[name]
    const increase = before && countIncrease(before, after)
    if (increase !== undefined && increase <= INCREASE_MAX) counts[name] = increase
  }
  if (Object.keys(counts).length === 0) return undefined
  const intervalSeconds = (end.time - start.time) / 1_000
  return { ...reading, time: start.time, fields: { ...end.fields, ...counts, intervalSeconds } }
}
