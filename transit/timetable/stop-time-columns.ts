/** The columns of stop_times.txt as its rows come, in arrays of one length that grow by half together. */
export class StopTimeColumns {
  length = 0
  trips: Int32Array
  stops: Int32Array
  arrivals: Int32Array
  departures: Int32Array
  sequences: Uint32Array
  timepoints: Uint8Array
  pickupTypes: Uint8Array
  dropOffTypes: Uint8Array
  headsigns: Int32Array
  distances: Float32Array

  constructor(room: number) {
    this.trips = new Int32Array(room)
    this.stops = new Int32Array(room)
    this.arrivals = new Int32Array(room)
    this.departures = new Int32Array(room)
    this.sequences = new Uint32Array(room)
    this.timepoints = new Uint8Array(room)
    this.pickupTypes = new Uint8Array(room)
    this.dropOffTypes = new Uint8Array(room)
    this.headsigns = new Int32Array(room)
    this.distances = new Float32Array(room)
  }

  /** The place of a new row, of no trip until it is filled. */
  add(): number {
    if (this.length === this.trips.length) this.#grow()
    this.trips[this.length] = -1
    this.length += 1
    return this.length - 1
  }

  #grow(): void {
    const room = this.length + (this.length >> 1) + 16
    // One after another, so that no more than one of them is there twice.
    this.trips = copyInto(new Int32Array(room), this.trips)
    this.stops = copyInto(new Int32Array(room), this.stops)
    this.arrivals = copyInto(new Int32Array(room), this.arrivals)
    this.departures = copyInto(new Int32Array(room), this.departures)
    this.sequences = copyInto(new Uint32Array(room), this.sequences)
    this.timepoints = copyInto(new Uint8Array(room), this.timepoints)
    this.pickupTypes = copyInto(new Uint8Array(room), this.pickupTypes)
    this.dropOffTypes = copyInto(new Uint8Array(room), this.dropOffTypes)
    this.headsigns = copyInto(new Int32Array(room), this.headsigns)
    this.distances = copyInto(new Float32Array(room), this.distances)
  }
}

function copyInto<T extends Int32Array | Uint32Array | Uint8Array | Float32Array>(larger: T, values: T): T {
  larger.set(values)
  return larger
}
