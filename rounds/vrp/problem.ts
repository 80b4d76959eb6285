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
  readonly profiles?: Uint8Array | undefined
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
  /** The vehicle that it was promised to, and what it costs where another one comes. */
  readonly promise?: { readonly vehicle: number; readonly changeCost: number } | undefined
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

/** The problem in flat arrays, with what never changes while solving worked out. */
export interface PreparedProblem {
  readonly problem: Problem
  readonly customerCount: number
  readonly tipCount: number
  readonly placeCount: number
  readonly dimensions: number
  /** By customer and dimension. */
  readonly demands: Float64Array
  /** By customer. */
  readonly streams: Int32Array
  /** What its absence costs; a mandatory one's is beyond any detour. */
  readonly penalties: Float64Array
  /** By place; a depot's are 0 and boundless. */
  readonly service: Float64Array
  readonly opens: Float64Array
  readonly closes: Float64Array
  /** Vehicles that are alike share a type, by vehicle. */
  readonly types: Int32Array
  /** 1 where a vehicle of the type may serve the customer, by type and customer. */
  readonly mayServe: Uint8Array
  /** The tips that take a stream, as places, by stream. */
  readonly tipsOf: ReadonlyMap<number, readonly number[]>
  /** The nearest other customers of each, nearest first, `neighbourCount` a row. */
  readonly neighbours: Int32Array
  readonly neighbourCount: number
  /** By customer, from the nearest depot. */
  readonly distancesFromDepot: Float64Array
  /** Kept by the routes as they change. */
  readonly links: Links
}

/** Where the customers stand in the routes of the moment, flat, for a quick look before a thorough one. */
interface Links {
  /** By customer: its index in its route, and the places beside it. */
  readonly positionOf: Int32Array
  readonly before: Int32Array
  readonly behind: Int32Array
  /** By route: what of the first dimension may still be loaded; its whole capacity where there are tips. */
  readonly room: Float64Array
  /** By route. */
  readonly costPerM: Float64Array
}

/** Beyond these a neighbour plays no part in choosing what to remove. */
const NEIGHBOURS_MAX = 250

export function prepareProblem(problem: Problem): PreparedProblem {
  const { customers, tips, vehicles } = problem
  const customerCount = customers.length
  const placeCount = customerCount + tips.length + problem.depotCount
  const dimensions = vehicles[0]?.capacity.length ?? 0
  const service = new Float64Array(placeCount)
  const opens = new Float64Array(placeCount).fill(Number.NEGATIVE_INFINITY)
  const closes = new Float64Array(placeCount).fill(Number.POSITIVE_INFINITY)
  for (const [place, { serviceSeconds, opens: from, closes: to }] of [...customers, ...tips].entries()) {
    service[place] = serviceSeconds
    opens[place] = from
    closes[place] = to
  }
  const tipsOf = new Map<number, readonly number[]>()
  for (const { stream } of customers) {
    if (!tipsOf.has(stream)) {
      tipsOf.set(
        stream,
        tips.flatMap((tip, index) => (takes(tip.streams, stream) ? [customerCount + index] : [])),
      )
    }
  }
  const { types, mayServe } = groupVehicles(problem, tipsOf)
  const beyond = penaltyBeyondAnyDetour(problem)
  const neighbourCount = Math.max(0, Math.min(NEIGHBOURS_MAX, customerCount - 1))
  return {
    problem,
    customerCount,
    tipCount: tips.length,
    placeCount,
    dimensions,
    demands: Float64Array.from(customers.flatMap(({ demand }) => demand)),
    streams: Int32Array.from(customers, ({ stream }) => stream),
    penalties: Float64Array.from(customers, ({ prize }) => (Number.isFinite(prize) ? prize : beyond)),
    service,
    opens,
    closes,
    types,
    mayServe,
    tipsOf,
    neighbours: findNeighbours(problem.distances, customerCount, placeCount, neighbourCount),
    neighbourCount,
    distancesFromDepot: findDistancesFromDepot(problem, placeCount),
    links: {
      positionOf: new Int32Array(customerCount),
      before: new Int32Array(customerCount),
      behind: new Int32Array(customerCount),
      room: Float64Array.from(vehicles, ({ capacity }) => capacity[0] ?? 0),
      costPerM: Float64Array.from(vehicles, ({ costPerM }) => costPerM),
    },
  }
}

export function takes(streams: readonly number[] | null, stream: number): boolean {
  return streams === null || streams.includes(stream)
}

function groupVehicles(
  { customers, tips, vehicles }: Problem,
  tipsOf: ReadonlyMap<number, readonly number[]>,
): { types: Int32Array; mayServe: Uint8Array } {
  const typeOfKey = new Map<string, number>()
  const examples: Vehicle[] = []
  const types = Int32Array.from(vehicles, (vehicle) => {
    const key = JSON.stringify(vehicle)
    const known = typeOfKey.get(key)
    if (known !== undefined) return known
    typeOfKey.set(key, examples.length)
    examples.push(vehicle)
    return examples.length - 1
  })
  const mayServe = new Uint8Array(examples.length * customers.length)
  for (const [type, vehicle] of examples.entries()) {
    for (const [index, customer] of customers.entries()) {
      const fits = customer.demand.every((amount, dimension) => amount <= (vehicle.capacity[dimension] ?? 0))
      const hasTip = tips.length === 0 || (tipsOf.get(customer.stream)?.length ?? 0) > 0
      const may =
        fits &&
        hasTip &&
        takes(vehicle.streams, customer.stream) &&
        (customer.skills & vehicle.skills) === customer.skills
      mayServe[type * customers.length + index] = may ? 1 : 0
    }
  }
  return { types, mayServe }
}

function penaltyBeyondAnyDetour({ customers, vehicles, distances, durations }: Problem): number {
  const furthest = distances.reduce((most, distance) => Math.max(most, distance), 0)
  const longest = durations.reduce((most, duration) => Math.max(most, duration), 0)
  let worst = 1
  for (const { costPerM, costPerSecond, fixedCost } of vehicles) {
    worst = Math.max(worst, fixedCost + 4 * (costPerM * furthest + costPerSecond * (longest + 86_400)))
  }
  for (const { prize } of customers) if (Number.isFinite(prize)) worst = Math.max(worst, prize)
  return 10 * worst
}

function findDistancesFromDepot(
  { customers, distances, depotCount }: Problem,
  placeCount: number,
): Float64Array {
  return Float64Array.from(customers, (_, customer) => {
    let nearest = Number.POSITIVE_INFINITY
    for (let depot = placeCount - depotCount; depot < placeCount; depot++) {
      nearest = Math.min(nearest, distances[depot * placeCount + customer] as number)
    }
    return nearest
  })
}

function findNeighbours(
  distances: Int32Array,
  customerCount: number,
  placeCount: number,
  neighbourCount: number,
): Int32Array {
  const neighbours = new Int32Array(customerCount * neighbourCount)
  // Distance and number in one double sort as fast as plain numbers do; both are whole and stay far below 2^53.
  const keys = new Float64Array(customerCount)
  for (let from = 0; from < customerCount; from++) {
    for (let to = 0; to < customerCount; to++) {
      const distance =
        to === from
          ? -1
          : (distances[from * placeCount + to] as number) + (distances[to * placeCount + from] as number)
      keys[to] = distance * customerCount + to
    }
    keys.sort()
    for (let rank = 0; rank < neighbourCount; rank++) {
      neighbours[from * neighbourCount + rank] = (keys[rank + 1] as number) % customerCount
    }
  }
  return neighbours
}
