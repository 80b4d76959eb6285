import { costsOfVehicle, groupVehicles } from './group-vehicles.ts'
import { type Matrix, type Problem, takes, type Vehicle } from './problem.ts'

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
  /** By customer; null where nobody waits for a release. */
  readonly releases: Float64Array | null
  /** What it costs besides the way that a vehicle serves a customer, by vehicle and customer; null where nothing does. */
  readonly vehicleCosts: Float64Array | null
  /** By place; a depot's are 0 and boundless. */
  readonly service: Float64Array
  readonly opens: Float64Array
  readonly closes: Float64Array
  /** Whether time plays any part: some window, shift, release or cost of an hour. */
  readonly hasTimes: boolean
  /** Whether nothing plays a part but the way and one load, which is not unloaded on it. */
  readonly isByDistance: boolean
  /** Vehicles that are alike, and cost the same for each customer, share a type, by vehicle. */
  readonly types: Int32Array
  /** 1 where a vehicle of the type may serve the customer, by type and customer. */
  readonly mayServe: Uint8Array
  /** The tips that take a stream, as places, by stream. */
  readonly tipsOf: ReadonlyMap<number, readonly number[]>
  /** The nearest other customers of each, nearest first, `neighbourCount` a row. */
  readonly neighbours: Int32Array
  readonly neighbourCount: number
  /** Those that a customer is best put beside, `besideCount` a row: near, and open at about the same time. */
  readonly besides: Int32Array
  readonly besideCount: number
  /** By matrix, in the row of a customer: how far it is to every place, and from every place. */
  readonly distancesFrom: readonly Int32Array[]
  readonly distancesTo: readonly Int32Array[]
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
  /** How far it is from the one, and to the other. */
  readonly distanceBefore: Int32Array
  readonly distanceBehind: Int32Array
  /** By route: what of the first dimension may still be loaded; its whole capacity where there are tips. */
  readonly room: Float64Array
  /** By route. */
  readonly costPerM: Float64Array
  readonly matrix: Uint8Array
}

/** Beyond these a neighbour plays no part in choosing what to remove. */
const NEIGHBOURS_MAX = 250

/** A customer hardly ever belongs elsewhere than beside one of its nearest; where it fits nowhere there, all are tried. */
const BESIDE_MAX = 40

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
  const streams = [...customers.map(({ stream }) => stream), ...vehicles.map((v) => v.underWay?.stream ?? 0)]
  for (const stream of new Set(streams)) {
    tipsOf.set(
      stream,
      tips.flatMap((tip, index) => (takes(tip.streams, stream) ? [customerCount + index] : [])),
    )
  }
  const { types, mayServe } = groupVehicles(problem, tipsOf)
  const beyond = penaltyBeyondAnyDetour(problem)
  const neighbourCount = Math.max(0, Math.min(NEIGHBOURS_MAX, customerCount - 1))
  const besideCount = Math.min(BESIDE_MAX, neighbourCount)
  const neighbours = findNeighbours(matrixOf(problem, undefined), customerCount, placeCount, neighbourCount)
  const hasReleases = customers.some(({ releaseTime }) => releaseTime !== undefined)
  const hasWindows = customers.some((c) => Number.isFinite(c.opens) || Number.isFinite(c.closes))
  const hasVehicleCosts = customers.some(({ vehicleCosts }) => vehicleCosts !== undefined)
  const besides = hasWindows
    ? findBesides(problem, customerCount, placeCount, besideCount)
    : firstOfEach(neighbours, customerCount, neighbourCount, besideCount)
  const hasTimes =
    hasReleases ||
    hasWindows ||
    tips.some((tip) => Number.isFinite(tip.opens) || Number.isFinite(tip.closes)) ||
    vehicles.some(
      ({ latest, rest, costPerSecond }) => Number.isFinite(latest) || rest !== null || costPerSecond > 0,
    )
  const hasDayLimits = vehicles.some(({ dayLimit }) => dayLimit)
  return {
    problem,
    customerCount,
    tipCount: tips.length,
    placeCount,
    dimensions,
    demands: Float64Array.from(customers.flatMap(({ demand }) => demand)),
    streams: Int32Array.from(customers, ({ stream }) => stream),
    penalties: Float64Array.from(customers, ({ prize }) => (Number.isFinite(prize) ? prize : beyond)),
    releases: hasReleases
      ? Float64Array.from(customers, ({ releaseTime }) => releaseTime ?? Number.NEGATIVE_INFINITY)
      : null,
    vehicleCosts: hasVehicleCosts
      ? Float64Array.from(vehicles.flatMap((_, vehicle) => costsOfVehicle(problem, vehicle)))
      : null,
    service,
    opens,
    closes,
    hasTimes,
    isByDistance: !hasTimes && tips.length === 0 && dimensions === 1 && !hasVehicleCosts && !hasDayLimits,
    types,
    mayServe,
    tipsOf,
    neighbours,
    neighbourCount,
    besides,
    besideCount,
    distancesFrom: problem.matrices.map(({ distances }) => distances),
    distancesTo: problem.matrices.map(({ distances }) => transpose(distances, placeCount)),
    distancesFromDepot: findDistancesFromDepot(problem, placeCount),
    links: {
      positionOf: new Int32Array(customerCount),
      before: new Int32Array(customerCount),
      behind: new Int32Array(customerCount),
      distanceBefore: new Int32Array(customerCount),
      distanceBehind: new Int32Array(customerCount),
      room: Float64Array.from(vehicles, ({ capacity }) => capacity[0] ?? 0),
      costPerM: Float64Array.from(vehicles, ({ costPerM }) => costPerM),
      matrix: Uint8Array.from(vehicles, ({ matrix }) => matrix ?? 0),
    },
  }
}

/** A vehicle's own ways; of no vehicle in particular, the first. */
export function matrixOf({ matrices }: Problem, vehicle: Vehicle | undefined): Matrix {
  return matrices[vehicle?.matrix ?? 0] as Matrix
}

/** The same array where it is as far in one direction as in the other, everywhere. */
function transpose(rows: Int32Array, size: number): Int32Array {
  const columns = new Int32Array(rows.length)
  let isSymmetric = true
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) {
      const value = rows[i * size + j] as number
      columns[j * size + i] = value
      if (value !== rows[j * size + i]) isSymmetric = false
    }
  }
  return isSymmetric ? rows : columns
}

function penaltyBeyondAnyDetour({ customers, vehicles, matrices }: Problem): number {
  let [furthest, longest] = [0, 0]
  for (const { distances, durations } of matrices) {
    for (const distance of distances) furthest = Math.max(furthest, distance)
    for (const duration of durations) longest = Math.max(longest, duration)
  }
  let worst = 1
  for (const { costPerM, costPerSecond, fixedCost } of vehicles) {
    worst = Math.max(worst, fixedCost + 4 * (costPerM * furthest + costPerSecond * (longest + 86_400)))
  }
  for (const { prize, vehicleCosts = [] } of customers) {
    for (const cost of [prize, ...vehicleCosts]) if (Number.isFinite(cost)) worst = Math.max(worst, cost)
  }
  return 10 * worst
}

function findDistancesFromDepot(problem: Problem, placeCount: number): Float64Array {
  const { distances } = matrixOf(problem, undefined)
  return Float64Array.from(problem.customers, (_, customer) => {
    let nearest = Number.POSITIVE_INFINITY
    for (let depot = placeCount - problem.depotCount; depot < placeCount; depot++) {
      nearest = Math.min(nearest, distances[depot * placeCount + customer] as number)
    }
    return nearest
  })
}

function findNeighbours(
  { distances }: Matrix,
  customerCount: number,
  placeCount: number,
  count: number,
): Int32Array {
  return rankOthers(
    customerCount,
    count,
    (from, to) =>
      (distances[from * placeCount + to] as number) + (distances[to * placeCount + from] as number),
  )
}

/** What a second of waiting, and one of being late, count beside a second's way: Vidal et al. 2013, equation 4. */
const WAITING_WEIGHT = 0.2

/**
 * The others that a customer is best put beside, by what going from one to the other takes, waits and comes too late, in the
 * better of the two orders (Vidal, Crainic, Gendreau and Prins 2013, section 4.2).
 */
function findBesides(problem: Problem, customerCount: number, placeCount: number, count: number): Int32Array {
  const { durations, distances } = matrixOf(problem, undefined)
  const { customers } = problem
  // A second counts as the metres that are driven in it, on average.
  let [metres, seconds] = [0, 0]
  for (const distance of distances) metres += distance
  for (const duration of durations) seconds += duration
  const metresPerSecond = metres / Math.max(1, seconds)
  const price = (from: number, to: number): number => {
    const [a, b] = [customers[from], customers[to]]
    if (!a || !b) return 0
    const arc = from * placeCount + to
    const way = a.serviceSeconds + (durations[arc] as number)
    const wait = Math.max(0, b.opens - way - a.closes)
    const late = Math.max(0, a.opens + way - b.closes)
    return (distances[arc] as number) + metresPerSecond * (WAITING_WEIGHT * wait + late)
  }
  return rankOthers(customerCount, count, (from, to) => Math.min(price(from, to), price(to, from)))
}

/** For each customer, those others that come first by a key of metres, `count` a row. */
function rankOthers(
  customerCount: number,
  count: number,
  keyOf: (from: number, to: number) => number,
): Int32Array {
  const ranked = new Int32Array(customerCount * count)
  // Metres and number in one double sort as fast as plain numbers do; both are whole and stay far below 2^53.
  const keys = new Float64Array(customerCount)
  for (let from = 0; from < customerCount; from++) {
    for (let to = 0; to < customerCount; to++) {
      const metres = to === from ? -1 : Math.min(METRES_MAX, Math.round(keyOf(from, to)))
      keys[to] = metres * customerCount + to
    }
    keys.sort()
    for (let rank = 0; rank < count; rank++) {
      ranked[from * count + rank] = (keys[rank + 1] as number) % customerCount
    }
  }
  return ranked
}

const METRES_MAX = 1e11

function firstOfEach(rows: Int32Array, rowCount: number, rowLength: number, count: number): Int32Array {
  const first = new Int32Array(rowCount * count)
  for (let row = 0; row < rowCount; row++) {
    first.set(rows.subarray(row * rowLength, row * rowLength + count), row * count)
  }
  return first
}
