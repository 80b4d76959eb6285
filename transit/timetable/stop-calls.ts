import type { Timetable } from './timetable.ts'

interface StopCalls {
  /** The calls at stop s are from firstCalls[s] to before firstCalls[s + 1]. */
  readonly firstCalls: Uint32Array
  readonly calls: Uint32Array
  readonly isSorted: Uint8Array
}

/** Four bytes a stop time, for as long as the timetable is used. */
const known = new WeakMap<Timetable, StopCalls>()

/** The stop times at a stop, of all days, by their departure after the service day's start. Made when it is first asked for. */
export function listCallsAt(timetable: Timetable, stop: number): Uint32Array {
  let index = known.get(timetable)
  if (!index) {
    index = groupByStop(timetable)
    known.set(timetable, index)
  }
  const { firstCalls, calls, isSorted } = index
  const ofStop = calls.subarray(firstCalls[stop] ?? 0, firstCalls[stop + 1] ?? 0)
  if (isSorted[stop] === 0) {
    const { departures } = timetable.stopTimes
    ofStop.sort((a, b) => (departures[a] as number) - (departures[b] as number))
    isSorted[stop] = 1
  }
  return ofStop
}

/** The trip that a stop time is of. */
export function tripOfStopTime({ trips }: Timetable, stopTime: number): number {
  let low = 0
  let high = trips.count
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if ((trips.firstStopTimes[middle] as number) <= stopTime) low = middle
    else high = middle
  }
  return low
}

/** The routes that call at each stop, in the order of the timetable: 10 ns for each stop time. */
export function listRoutesOfStops({ stops, routes, trips, stopTimes }: Timetable): number[][] {
  const tripsOf: number[][] = Array.from({ length: routes.count }, () => [])
  for (let trip = 0; trip < trips.count; trip += 1) tripsOf[trips.routes[trip] as number]?.push(trip)
  const routesOf: number[][] = Array.from({ length: stops.count }, () => [])
  const lastRoutes = new Int32Array(stops.count).fill(-1)
  for (const [route, ofRoute] of tripsOf.entries()) {
    for (const trip of ofRoute) {
      const end = trips.firstStopTimes[trip + 1] as number
      for (let at = trips.firstStopTimes[trip] as number; at < end; at += 1) {
        const stop = stopTimes.stops[at] as number
        if (lastRoutes[stop] === route) continue
        lastRoutes[stop] = route
        routesOf[stop]?.push(route)
      }
    }
  }
  return routesOf
}

function groupByStop({ stops, stopTimes }: Timetable): StopCalls {
  const firstCalls = new Uint32Array(stops.count + 1)
  for (const stop of stopTimes.stops) firstCalls[stop + 1] = (firstCalls[stop + 1] as number) + 1
  for (let stop = 0; stop < stops.count; stop += 1) {
    firstCalls[stop + 1] = (firstCalls[stop + 1] as number) + (firstCalls[stop] as number)
  }
  const next = firstCalls.slice(0, stops.count)
  const calls = new Uint32Array(stopTimes.count)
  for (let stopTime = 0; stopTime < stopTimes.count; stopTime += 1) {
    const stop = stopTimes.stops[stopTime] as number
    calls[next[stop] as number] = stopTime
    next[stop] = (next[stop] as number) + 1
  }
  return { firstCalls, calls, isSorted: new Uint8Array(stops.count) }
}
