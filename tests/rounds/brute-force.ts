import type { Problem, Vehicle } from '../../rounds/vrp/problem.ts'
import {
  driveTo,
  dropAfter,
  endOf,
  findMetres,
  isPossible,
  mayRest,
  passSeconds,
  type RouteClock,
  startClock,
  waitUntil,
} from './route-clock.ts'

/** What a mandatory customer's absence counts here: more than any route of the tests' problems. */
export const MANDATORY_PENALTY = 1e7

/**
 * The least that a problem can cost, routes and absences together, by trying every order of every visit: Infinity where
 * a vehicle that is under way cannot come home.
 */
export function bruteForce(problem: Problem): number {
  const { customers, vehicles } = problem
  const everybody = 2 ** customers.length - 1
  const absenceOf = customers.map(({ prize }) => (Number.isFinite(prize) ? prize : MANDATORY_PENALTY))
  // By set of customers: the least that all others' absence and these customers' routes by the vehicles so far cost.
  let best = Float64Array.from({ length: everybody + 1 }, (_, set) =>
    set === 0 ? 0 : Number.POSITIVE_INFINITY,
  )
  for (const index of vehicles.keys()) {
    const costs = findRouteCosts(problem, index)
    const next = new Float64Array(everybody + 1).fill(Number.POSITIVE_INFINITY)
    for (let set = 0; set <= everybody; set++) {
      // All subsets of the set, itself and none included.
      for (let route = set; ; route = (route - 1) & set) {
        next[set] = Math.min(next[set] as number, (best[set & ~route] as number) + (costs[route] as number))
        if (route === 0) break
      }
    }
    best = next
  }
  return best.reduce((least, cost, set) => {
    const absence = absenceOf.reduce((sum, price, c) => sum + (set & (1 << c) ? 0 : price), 0)
    return Math.min(least, cost + absence)
  }, Number.POSITIVE_INFINITY)
}

/** At a depot or a tip, ready to begin a trip. */
interface TripStart {
  readonly place: number
  readonly clock: RouteClock
  /** By set of bits: who was visited on the trips before. */
  readonly visited: number
  /** Of the metres and of broken promises. */
  readonly cost: number
  readonly load: readonly number[]
  /** What is loaded; undefined where nothing is. */
  readonly stream: number | undefined
}

/** The least that one vehicle's route costs, by the set of customers that it serves; Infinity where it cannot. */
function findRouteCosts(problem: Problem, vehicleIndex: number): Float64Array {
  const { customers, tips, vehicles } = problem
  const vehicle = vehicles[vehicleIndex] as Vehicle
  const { underWay } = vehicle
  const firstDepot = customers.length + tips.length
  const home = firstDepot + (vehicle.endDepot ?? vehicle.depot)
  const costs = new Float64Array(2 ** customers.length).fill(Number.POSITIVE_INFINITY)
  // Who starts a trip from the same tip after the same customers, later and at a higher cost, need not be tried.
  const tried = new Map<string, TripStart[]>()
  begin({
    place: firstDepot + vehicle.depot,
    clock: startClock(vehicle),
    visited: 0,
    cost: vehicle.fixedCost,
    load: underWay?.load ?? vehicle.capacity.map(() => 0),
    stream: underWay?.load.some((amount) => amount > 0) ? underWay.stream : undefined,
  })
  if (!underWay) costs[0] = 0
  return costs

  function begin(start: TripStart): void {
    const key = `${start.place} ${start.visited}`
    const others = tried.get(key) ?? []
    if (others.some((other) => isNoWorse(other, start))) return
    tried.set(key, [...others, start])
    extend(start, [], start)
  }

  /** `reached` is where the trip has come to after the customers of `trip`. */
  function extend(start: TripStart, trip: readonly number[], reached: TripStart): void {
    for (const [c, customer] of customers.entries()) {
      if (reached.visited & (1 << c)) continue
      if (vehicle.streams && !vehicle.streams.includes(customer.stream)) continue
      if ((customer.skills & ~vehicle.skills) !== 0) continue
      if (tips.length > 0 && (reached.stream ?? customer.stream) !== customer.stream) continue
      const load = reached.load.map((amount, d) => amount + (customer.demand[d] as number))
      if (load.some((amount, d) => amount > (vehicle.capacity[d] as number))) continue
      const visited = reached.visited | (1 << c)
      if (exceedsDayLimit(visited)) continue
      const clock = driveTrip(start, [...trip, c])
      if (!isPossible(clock)) continue
      const change =
        customer.promise && customer.promise.vehicle !== vehicleIndex ? customer.promise.changeCost : 0
      const cost = reached.cost + priceMetres(reached.place, c) + change
      extend(start, [...trip, c], { place: c, clock, visited, cost, load, stream: customer.stream })
    }
    if (reached.stream !== undefined) {
      for (const [t, tip] of tips.entries()) {
        if (tip.streams && !tip.streams.includes(reached.stream)) continue
        const place = customers.length + t
        const clock = stopAt(place, driveTo(problem, vehicle, reached.place, place, reached.clock))
        if (!isPossible(clock)) continue
        const cost = reached.cost + priceMetres(reached.place, place)
        const load = vehicle.capacity.map(() => 0)
        begin({ place, clock, visited: reached.visited, cost, load, stream: undefined })
      }
      if (tips.length > 0) return
    }
    const arrival = driveTo(problem, vehicle, reached.place, home, mayRest(vehicle, reached.clock))
    const end = endOf(vehicle, dropAfter(vehicle.latest, arrival))
    const cost =
      reached.cost + priceMetres(reached.place, home) + vehicle.costPerSecond * (end - vehicle.earliest)
    if (end < Number.POSITIVE_INFINITY)
      costs[reached.visited] = Math.min(costs[reached.visited] as number, cost)
  }

  /** From the trip's beginning, for one more customer may hold back its departure. */
  function driveTrip({ place, clock }: TripStart, trip: readonly number[]): RouteClock {
    const release = Math.max(...trip.map((c) => customers[c]?.releaseTime ?? Number.NEGATIVE_INFINITY))
    let from = place
    let now = mayRest(vehicle, waitUntil(release, mayRest(vehicle, clock)))
    for (const c of trip) {
      now = stopAt(c, driveTo(problem, vehicle, from, c, now))
      from = c
    }
    return now
  }

  function stopAt(place: number, arrival: RouteClock): RouteClock {
    const { opens, closes, serviceSeconds } = (customers[place] ?? tips[place - customers.length]) as Stop
    const service = dropAfter(closes, waitUntil(opens, mayRest(vehicle, arrival)))
    return mayRest(vehicle, passSeconds(serviceSeconds, service))
  }

  function exceedsDayLimit(visited: number): boolean {
    return (vehicle.dayLimit ?? []).some((limit, d) => {
      const collected = customers.reduce(
        (sum, { demand }, c) => sum + (visited & (1 << c) ? (demand[d] as number) : 0),
        0,
      )
      return collected > limit
    })
  }

  function priceMetres(from: number, to: number): number {
    return vehicle.costPerM * findMetres(problem, vehicle, from, to)
  }
}

type Stop = Pick<Problem['customers'][number], 'opens' | 'closes' | 'serviceSeconds'>

function isNoWorse(a: TripStart, b: TripStart): boolean {
  return a.cost <= b.cost && a.clock.pending <= b.clock.pending && a.clock.taken <= b.clock.taken
}
