/** As `GET …/stops/{stop}/departures` has it. */
export interface Departure {
  readonly departureId: string
  readonly routeShortName: string
  readonly headsign: string
  readonly aimedDepartureTime: string
  readonly expectedDepartureTime: string | null
  readonly earliestTime: string | null
  readonly latestTime: string | null
  readonly state: 'live' | 'timetable' | 'noData' | 'stale' | 'cancelled'
}

export interface Board {
  readonly stop: string
  readonly generatedTime: string
  readonly items: readonly Departure[]
}

/** When it leaves as far as is known, in ms since 1970. */
export function timeOf({ expectedDepartureTime, aimedDepartureTime }: Departure): number {
  return Date.parse(expectedDepartureTime ?? aimedDepartureTime)
}
