import type { DepartureState } from '../model/departure.ts'

export type { DepartureState }

/** How a trip stands to the timetable: the names of GTFS-Realtime, without those that are deprecated. */
export type TripRelationship = 'SCHEDULED' | 'CANCELED' | 'NEW' | 'DUPLICATED' | 'REPLACEMENT' | 'UNSCHEDULED'

/** One trip of one service day as it is known at a moment. Times are ms since 1970. */
export interface TripPrediction {
  /** Of the timetable; -1 where it is not in it (NEW). */
  readonly trip: number
  readonly tripId: string
  readonly routeId: string
  /** Such as 20260216. */
  readonly serviceDate: string
  /** For a trip that repeats by a headway: when this run starts, such as 25:10:00; null otherwise. */
  readonly startTime: string | null
  readonly relationship: TripRelationship
  readonly vehicleId: string | null
  readonly vehicleLabel: string | null
  /** Of what it rests on: the last position or passage; null where nothing live is known. */
  readonly observedTime: number | null
  /** Every stop of the trip from the first, in order: those passed are kept until their scheduled time. */
  readonly stops: readonly StopPrediction[]
}

export interface StopPrediction {
  /** Of the timetable; -1 for a trip that is not in it. */
  readonly stopTime: number
  readonly stopId: string
  readonly stopSequence: number
  readonly headsign: string
  readonly aimedArrivalTime: number
  readonly aimedDepartureTime: number
  /** Null where nothing is predicted: the trip is cancelled, the stop skipped, or nothing live is known. */
  readonly arrivalTime: number | null
  readonly departureTime: number | null
  /** The 80 % interval of the departure; null with it. */
  readonly earliestTime: number | null
  readonly latestTime: number | null
  /** One standard deviation; null where it is unknown. */
  readonly uncertaintySeconds: number | null
  readonly isPassed: boolean
  readonly isSkipped: boolean
  readonly state: DepartureState
}

/** Everything that is known of an authority's trips at a moment; never changed, replaced as a whole. */
export interface TransitSnapshot {
  /** Of the timetable that it refers to. */
  readonly version: string
  /** ms since 1970, rising. */
  readonly time: number
  readonly trips: readonly TripPrediction[]
  readonly vehicles: readonly TransitVehicle[]
}

/** Where a vehicle is, and what it is taken to do. */
export interface TransitVehicle {
  readonly id: string
  readonly label: string | null
  /** When it was there, in ms since 1970. */
  readonly time: number
  readonly longitude: number
  readonly latitude: number
  readonly bearingDegrees: number | null
  readonly speedKph: number | null
  readonly occupancyStatus: string | null
  /** The trip it serves; null for one that fits nothing, which predicts nothing. */
  readonly tripId: string | null
  readonly routeId: string | null
  readonly serviceDate: string | null
  readonly startTime: string | null
  /** From 0 to 1: 1 where the vehicle said it itself and nothing speaks against it. */
  readonly confidence: number
  /** The next stop of its trip; null where it serves none. */
  readonly stopId: string | null
  readonly stopSequence: number | null
  readonly currentStatus: 'INCOMING_AT' | 'STOPPED_AT' | 'IN_TRANSIT_TO' | null
}
