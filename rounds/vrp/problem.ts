/**
 * A vehicle routing problem, in the literature's words. Places are numbered: the customers first, then the tips, then
 * the depots. Times are seconds from any common beginning. Where there are tips, a route ends with one before it comes
 * home (vehicles come home empty) and visits one in between whenever the vehicle is full; what is carried between two
 * tips is of one stream. Where there are none, a route is one trip.
 */
export interface Problem {
  readonly customers: readonly Customer[]
  readonly tips: readonly TipPlace[]
  readonly depotCount: number
  readonly vehicles: readonly Vehicle[]
  /** The ways between the places; more than one where vehicles differ in the streets that they may use. */
  readonly matrices: readonly Matrix[]
  /** How speeds change over the day; absent where the durations always hold. */
  readonly speeds?: SpeedProfiles | undefined
}

/** From place to place, row by row. */
export interface Matrix {
  /** Metres, whole. */
  readonly distances: Int32Array
  /** Seconds, whole, at a speed ratio of 1. */
  readonly durations: Int32Array
  /** By arc, which of the speed profiles it follows; absent where its duration always holds. */
  readonly profiles?: Uint16Array | undefined
}

/**
 * Piecewise constant speeds (Ichoua, Gendreau and Potvin 2003, European Journal of Operational Research 144(2)): who is
 * under way when a slice ends goes on at the next one's speed, so a later start never arrives earlier. The first and the
 * last slice reach beyond the day.
 */
export interface SpeedProfiles {
  /** When the first slice begins. */
  readonly from: number
  readonly sliceSeconds: number
  readonly sliceCount: number
  /** By profile and slice, above 0: how fast it is driven, of the speed that the durations stand for. */
  readonly ratios: Float64Array
}

export interface Customer {
  /** One number for each dimension of the vehicles' capacity. */
  readonly demand: readonly number[]
  readonly serviceSeconds: number
  /** Service begins between these two; a vehicle that is early waits. */
  readonly opens: number
  readonly closes: number
  /** What it costs to leave it out; Infinity where it is mandatory. */
  readonly prize: number
  readonly stream: number
  /** A bit for each skill that its vehicle needs. */
  readonly skills: number
  /** The trip that serves it leaves its depot or tip no earlier. */
  readonly releaseTime?: number | undefined
  /** By vehicle, what it costs besides the way that this one serves it: 0 or more, Infinity where it may not. */
  readonly vehicleCosts?: readonly number[] | undefined
}

export interface TipPlace {
  readonly serviceSeconds: number
  /** Unloading begins between these two. */
  readonly opens: number
  readonly closes: number
  /** The streams that it takes; null takes all. */
  readonly streams: readonly number[] | null
}

export interface Vehicle {
  /** Where it starts: an index among the depots. */
  readonly depot: number
  /** Where it ends, if that is elsewhere. */
  readonly endDepot?: number | undefined
  /** What it holds at a time, by dimension. */
  readonly capacity: readonly number[]
  /** What it may collect on all of its trips together, by dimension. */
  readonly dayLimit?: readonly number[] | undefined
  readonly costPerM: number
  readonly costPerSecond: number
  /** Once, if it is used. */
  readonly fixedCost: number
  /** It leaves at the first and is back by the second. */
  readonly earliest: number
  readonly latest: number
  /** A break that begins between two times, once, anywhere on the way; null for none. */
  readonly rest: Rest | null
  readonly streams: readonly number[] | null
  readonly skills: number
  /** An index among the matrices, 0 where absent. */
  readonly matrix?: number | undefined
  /**
   * What it carries as it starts, where its day began before: it is on the road, so it comes home (and unloads) even
   * with nothing else to do.
   */
  readonly underWay?: { readonly load: readonly number[]; readonly stream: number } | undefined
}

/** A route that is back by `closes` needs none. */
export interface Rest {
  readonly seconds: number
  readonly opens: number
  readonly closes: number
}

export function takes(streams: readonly number[] | null, stream: number): boolean {
  return streams === null || streams.includes(stream)
}
