import type { Timetable } from '../../transit/timetable/timetable.ts'
import type { TracedRun, TracedStep } from './trace-runs.ts'

/** When a run will be at its stops from the next one on, in ms since 1970. */
type ArrivalsAhead = (step: TracedStep) => Float64Array

interface Baseline {
  readonly name: string
  readonly predict: ArrivalsAhead
}

export interface Baselines {
  readonly list: readonly Baseline[]
  /** Learns the links that ended at a step's arrivals. */
  observe(step: TracedStep): void
}

const LAST = 5

/** What is easily said, to be better than. */
export function createBaselines({ trips, stopTimes }: Timetable): Baselines {
  const links = new Map<string, number[]>()
  const timetable: ArrivalsAhead = ({ traced, step }) =>
    collect(traced, step.nextStopIndex, (stopIndex) => aimedAt(traced, stopIndex))
  const withDelay: ArrivalsAhead = (traced) => {
    const delay = traced.step.time - aimedHere(traced)
    return timetable(traced).map((time) => time + delay)
  }
  const lastBus = byLinks((times) => times.at(-1) as number)
  const medianBus = byLinks(medianOf)
  return {
    list: [
      { name: 'timetable', predict: timetable },
      { name: 'delay', predict: withDelay },
      { name: 'lastBus', predict: lastBus },
      { name: 'medianOfFive', predict: medianBus },
      {
        name: 'meanOfDelayAndMedian',
        predict(step) {
          const others = medianBus(step)
          return withDelay(step).map((time, index) => (time + (others[index] as number)) / 2)
        },
      },
    ],
    observe,
  }

  function observe({ traced, step }: TracedStep): void {
    for (const { stopIndex, time } of step.arrivals) {
      const before = traced.arrivals[stopIndex - 1] ?? Number.NaN
      if (!(time >= before)) continue
      const key = linkTo(traced, stopIndex)
      const times = links.get(key) ?? []
      links.set(key, times)
      times.push(time - before)
      if (times.length > LAST) times.shift()
    }
  }

  function byLinks(choose: (times: readonly number[]) => number): ArrivalsAhead {
    return ({ traced, step }) => {
      let time = step.time
      return collect(traced, step.nextStopIndex, (stopIndex) => {
        if (stopIndex === 0) return time
        const times = links.get(linkTo(traced, stopIndex))
        const link = times ? choose(times) : aimedAt(traced, stopIndex) - aimedAt(traced, stopIndex - 1)
        time += link * (stopIndex === step.nextStopIndex ? step.aheadRatio : 1)
        return time
      })
    }
  }

  /** When the timetable has the run where it is. */
  function aimedHere({ traced, step: { nextStopIndex, aheadRatio } }: TracedStep): number {
    if (nextStopIndex === 0) return aimedAt(traced, 0)
    const from = aimedAt(traced, nextStopIndex - 1)
    if (nextStopIndex === traced.stopCount) return from
    return from + (1 - aheadRatio) * (aimedAt(traced, nextStopIndex) - from)
  }

  function rowOf({ run }: TracedRun, stopIndex: number): number {
    return (trips.firstStopTimes[run.trip] ?? 0) + stopIndex
  }

  function aimedAt(traced: TracedRun, stopIndex: number): number {
    return traced.run.zero + (stopTimes.arrivals[rowOf(traced, stopIndex)] ?? 0) * 1000
  }

  function linkTo(traced: TracedRun, stopIndex: number): string {
    const row = rowOf(traced, stopIndex)
    return `${stopTimes.stops[row - 1]} ${stopTimes.stops[row]}`
  }
}

function collect(
  { stopCount }: TracedRun,
  from: number,
  timeOf: (stopIndex: number) => number,
): Float64Array {
  const times = new Float64Array(stopCount - from)
  for (let stopIndex = from; stopIndex < stopCount; stopIndex += 1)
    times[stopIndex - from] = timeOf(stopIndex)
  return times
}

function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] as number
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] as number) + upper) / 2
}
