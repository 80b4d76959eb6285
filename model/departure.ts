import { formatTime } from './time.ts'

/** What a departure is, for whoever waits for it. */
export const DEPARTURE_STATES = ['live', 'timetable', 'noData', 'stale', 'cancelled'] as const
export type DepartureState = (typeof DEPARTURE_STATES)[number]

/** One departure of a stop, the same for apps, feeds and signs. Times are ms since 1970. */
export interface Departure {
  /** Of one trip on one service day at one stop: stays the same for as long as the departure is told of. */
  readonly departureId: string
  readonly tripId: string
  readonly routeId: string
  readonly routeShortName: string
  readonly headsign: string
  readonly aimedDepartureTime: number
  /** Null where nothing is predicted. */
  readonly expectedDepartureTime: number | null
  /** The 80 % interval of the expected time; null with it, or where it is not known. */
  readonly earliestTime: number | null
  readonly latestTime: number | null
  readonly state: DepartureState
  /** How old what it rests on is; null where that is the timetable alone. */
  readonly ageSeconds: number | null
  readonly vehicleId: string | null
}

/** What leaves a stop next, in the order in which it is expected to leave. */
export interface Departures {
  readonly stop: string
  /** ms since 1970 */
  readonly generatedTime: number
  readonly items: readonly Departure[]
}

/** As it goes over the wire, to apps and to signs that speak plain JSON: times as RFC 3339. */
export function departuresToJson({ stop, generatedTime, items }: Departures): object {
  return { stop, generatedTime: formatTime(generatedTime), items: items.map(departureToJson) }
}

function departureToJson(departure: Departure): object {
  return {
    ...departure,
    aimedDepartureTime: formatTime(departure.aimedDepartureTime),
    expectedDepartureTime: formatOrNull(departure.expectedDepartureTime),
    earliestTime: formatOrNull(departure.earliestTime),
    latestTime: formatOrNull(departure.latestTime),
  }
}

function formatOrNull(time: number | null): string | null {
  return time === null ? null : formatTime(time)
}
