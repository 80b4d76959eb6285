/**
 * A GTFS feed in memory, in flat arrays: rows are numbered from 0, and another table names a row by its index, -1 for none.
 * It never changes; another version of the feed is another timetable.
 */
export interface Timetable {
  /** feed_info's feed_version, or one made of the content where it has none. */
  readonly version: string
  /** Of the agencies, which GTFS wants to be the same: all times are in it. */
  readonly timeZone: string
  readonly agencies: Agencies
  readonly stops: Stops
  readonly routes: Routes
  readonly trips: Trips
  readonly stopTimes: StopTimes
  readonly shapes: Shapes
  readonly services: Services
  /** Trips that repeat by a headway (frequencies.txt), by trip. */
  readonly frequencies: ReadonlyMap<number, readonly Frequency[]>
  /** By table, field and language (translations.txt); the text itself where there is none. */
  readonly translate: (
    table: string,
    field: string,
    recordId: string,
    text: string,
    language: string,
  ) => string
}

export interface Agencies {
  readonly count: number
  readonly ids: readonly string[]
  readonly names: readonly string[]
}

export interface Stops {
  readonly count: number
  readonly ids: readonly string[]
  readonly indexOf: ReadonlyMap<string, number>
  /** Null where it has none. */
  readonly codes: readonly (string | null)[]
  readonly names: readonly string[]
  readonly platformCodes: readonly (string | null)[]
  /** Degrees; NaN where a generic node or boarding area has none. */
  readonly longitudes: Float64Array
  readonly latitudes: Float64Array
  /** GTFS's location_type: 0 is where vehicles stop. */
  readonly locationTypes: Uint8Array
  readonly parents: Int32Array
}

export interface Routes {
  readonly count: number
  readonly ids: readonly string[]
  readonly indexOf: ReadonlyMap<string, number>
  readonly agencies: Int32Array
  readonly shortNames: readonly string[]
  readonly longNames: readonly string[]
  /** GTFS's route_type. */
  readonly types: Int32Array
}

export interface Trips {
  readonly count: number
  readonly ids: readonly string[]
  readonly indexOf: ReadonlyMap<string, number>
  readonly routes: Int32Array
  readonly services: Int32Array
  readonly shapes: Int32Array
  /** 0 or 1; -1 where it is not said. */
  readonly directions: Int8Array
  /** Empty where there is none. */
  readonly headsigns: readonly string[]
  /** Trips with the same number are of one block; -1 for none. */
  readonly blocks: Int32Array
  /** The stop times of trip t are firstStopTimes[t] to before firstStopTimes[t + 1], by stop_sequence. */
  readonly firstStopTimes: Uint32Array
}

/** Of all trips, one trip behind another. Times are seconds after noon minus 12 hours of the service day. */
export interface StopTimes {
  readonly count: number
  readonly stops: Int32Array
  /** Filled in between timepoints, so that every stop has both. */
  readonly arrivals: Int32Array
  readonly departures: Int32Array
  readonly sequences: Uint32Array
  /** 1 where the time is exact, 0 where it was filled in or is approximate. */
  readonly timepoints: Uint8Array
  readonly pickupTypes: Uint8Array
  readonly dropOffTypes: Uint8Array
  /** A number of `headsignTexts`; -1 where the trip's holds. */
  readonly headsigns: Int32Array
  readonly headsignTexts: readonly string[]
  /** Metres along the trip's shape, worked out where the feed does not say; NaN without a shape. */
  readonly shapeDistances: Float32Array
}

/** Points of shape s are firstPoints[s] to before firstPoints[s + 1]. */
export interface Shapes {
  readonly count: number
  readonly ids: readonly string[]
  readonly firstPoints: Uint32Array
  readonly longitudes: Float64Array
  readonly latitudes: Float64Array
  /** Metres from the shape's first point, on the earth. */
  readonly distances: Float32Array
}

export interface Services {
  readonly count: number
  readonly ids: readonly string[]
  /** Whether a service runs on a date such as 20260216. */
  readonly runsOn: (service: number, date: string) => boolean
  /** The first and last date on which any runs. */
  readonly firstDate: string
  readonly lastDate: string
}

export interface Frequency {
  readonly startTime: number
  readonly endTime: number
  readonly headwaySeconds: number
  readonly isExact: boolean
}
