import type { Depot, Lorry, Tip } from '../../model/site.ts'
import type { StreetClass } from './street-network.ts'

/** [longitude, latitude] */
export type Position = readonly [number, number]

interface Street {
  readonly id: string
  readonly name: string
  readonly class: StreetClass
  /** Indexes of `junctions`. */
  readonly from: number
  readonly to: number
  readonly points: readonly Position[]
  readonly lengthM: number
  readonly isBridge: boolean
  readonly speedLimitKph: number
}

export interface Bin {
  readonly id: string
  readonly name: string
  readonly position: Position
  readonly stream: 'general' | 'recycling' | 'organic'
  readonly capacityLitres: number
  /** Who fills it, and so when. */
  readonly surroundings: 'centre' | 'homes'
  /** In an average week, of the capacity; a bin that is emptied three times a week copes with about 240. */
  readonly fillPercentPerWeek: number
  /** When it is emptied: weekdays (0 is Sunday) and the hour, on the town's own clock. */
  readonly collectionWeekdays: readonly number[]
  readonly collectionHour: number
  /** A sensor that measures the distance to the waste; undefined where it reports a level itself. */
  readonly calibration: { readonly emptyDistanceMm: number; readonly fullDistanceMm: number } | undefined
}

export interface Counter {
  readonly id: string
  readonly name: string
  readonly position: Position
  readonly intervalSeconds: number
  /** Each reports by itself: lanes numbered from 1, or directions. */
  readonly parts: readonly ({ readonly lane: number } | { readonly direction: string })[]
  /** On an average working day, all parts together. */
  readonly vehiclesPerDay: number
  readonly speedLimitKph: number
}

export interface Stop {
  readonly id: string
  readonly name: string
  readonly position: Position
}

export interface Line {
  readonly id: string
  readonly name: string
  readonly termini: readonly [string, string]
  /** From the first terminus to the last. Buses go both ways. */
  readonly points: readonly Position[]
  readonly lengthM: number
  /** In the order of the way out, with their distance from its start. */
  readonly stops: readonly { readonly stopId: string; readonly distanceM: number }[]
}

export interface Display {
  readonly id: string
  readonly name: string
  readonly position: Position
  readonly stopId: string
}

export interface Vehicle {
  readonly id: string
  readonly name: string
  readonly lineId: string
  /** Its place among the buses of its line, from 0. */
  readonly blockIndex: number
  /** What it knows of what it does: its trip, its route, or nothing. */
  readonly says: 'trip' | 'route' | 'nothing'
}

export interface Town {
  readonly seed: number
  readonly name: string
  readonly timeZone: string
  readonly centre: Position
  readonly radiusM: number
  readonly junctions: readonly Position[]
  readonly streets: readonly Street[]
  readonly river: { readonly points: readonly Position[]; readonly widthM: number }
  readonly railway: { readonly points: readonly Position[] }
  readonly bins: readonly Bin[]
  readonly counters: readonly Counter[]
  readonly stops: readonly Stop[]
  readonly lines: readonly Line[]
  readonly displays: readonly Display[]
  readonly vehicles: readonly Vehicle[]
  readonly depots: readonly Depot[]
  readonly tips: readonly Tip[]
  readonly lorries: readonly Lorry[]
}
