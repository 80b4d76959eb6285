import type { Timetable } from '../timetable/timetable.ts'

/** Which stop times are those of a stop, found without a look at all of them. */
export interface StopCalls {
  /** The stop's stop times by their departure; trips that repeat by a headway are apart. */
  listAt(stop: number): { readonly timed: Uint32Array; readonly repeated: Uint32Array }
  /** The trip that a stop time belongs to. */
  tripOf(stopTime: number): number
  /** The latest departure of all, in seconds of its service day. */
  readonly latestDeparture: number
}

const indexes = new WeakMap<Timetable, StopCalls>()

/** Made when it is first asked for, in one pass over the stop times: some 20 ns each. */
export function stopCallsOf(timetable: Timetable): StopCalls {
  let index = indexes.get(timetable)
  if (!index) {
    index = createStopCalls(timetable)
    indexes.set(timetable, index)
  }
  return index
}

function createStopCalls({ stops, stopTimes, trips, frequencies }: Timetable): StopCalls {
  const firsts = new Uint32Array(stops.count + 1)
  let latestDeparture = 0
  for (let stopTime = 0; stopTime < stopTimes.count; stopTime += 1) {
    const stop = stopTimes.stops[stopTime] as number
    firsts[stop + 1] = (firsts[stop + 1] as number) + 1
    latestDeparture = Math.max(latestDeparture, stopTimes.departures[stopTime] as number)
  }
  for (let stop = 0; stop < stops.count; stop += 1) {
    firsts[stop + 1] = (firsts[stop + 1] as number) + (firsts[stop] as number)
  }
  const byStop = new Uint32Array(stopTimes.count)
  const next = firsts.slice()
  for (let stopTime = 0; stopTime < stopTimes.count; stopTime += 1) {
    const stop = stopTimes.stops[stopTime] as number
    byStop[next[stop] as number] = stopTime
    next[stop] = (next[stop] as number) + 1
  }
  // At most one entry for each stop that is asked for.
  const lists = new Map<number, { timed: Uint32Array; repeated: Uint32Array }>()

  return { listAt, tripOf, latestDeparture }

  function listAt(stop: number) {
    let list = lists.get(stop)
    if (!list) {
      const own = byStop.subarray(firsts[stop], firsts[stop + 1])
      const isRepeated = (stopTime: number): boolean => frequencies.has(tripOf(stopTime))
      const departure = (stopTime: number): number => stopTimes.departures[stopTime] as number
      list = {
        timed: own
          .filter((stopTime) => !isRepeated(stopTime))
          .sort((one, two) => departure(one) - departure(two) || one - two),
        repeated: frequencies.size === 0 ? new Uint32Array() : own.filter(isRepeated),
      }
      lists.set(stop, list)
    }
    return list
  }

  function tripOf(stopTime: number): number {
    const { firstStopTimes } = trips
    let low = 0
    let high = trips.count - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((firstStopTimes[middle] as number) <= stopTime) low = middle
      else high = middle - 1
    }
    return low
  }
}
