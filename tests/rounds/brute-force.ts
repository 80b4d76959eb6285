import type { Problem, Vehicle } from '../../rounds/vrp/problem.ts'
import type { VrpPlan } from '../../rounds/vrp/solution.ts'
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

/** The least that a problem can cost, routes and absences together. */
export function bruteForce(problem: Problem): number {
  return findBestPlan(problem).total
}

/**
 * The best plan, found by trying every order of every visit; its total counts the absences too, and is Infinity where a
 * vehicle that is under way cannot come home.
 */
export function findBestPlan(problem: Problem): { total: number; plan: VrpPlan } {
  const { customers, vehicles } = problem
  const everybody = 2 ** customers.length - 1
  const absenceOf = customers.map(({ prize }) => (Number.isFinite(prize) ? prize : MANDATORY_PENALTY))
  const nothing: Routes = { cost: 0, routes: [] }
  // By set of customers: the cheapest routes by the vehicles so far that serve just these.
  let best: (Routes | undefined)[] = Array.from({ length: everybody + 1 }, (_, set) =>
    set === 0 ? nothing : undefined,
  )
  for (const vehicle of vehicles.keys()) {
    const routes = findRoutes(problem, vehicle)
    const next: (Routes | undefined)[] = Array.from({ length: everybody + 1 }, () => undefined)
    for (let set = 0; set <= everybody; set++) {
      // All subsets of the set, itself and none included.
      for (let served = set; ; served = (served - 1) & set) {
        const before = best[set & ~served]
        const route = routes[served]
        if (before && route && before.cost + route.cost < (next[set]?.cost ?? Number.POSITIVE_INFINITY)) {
          const { cost, visits } = route
          const all = visits.length > 0 ? [...before.routes, { vehicle, visits }] : before.routes
          next[set] = { cost: before.cost + cost, routes: all }
        }
        if (served === 0) break
      }
    }
    best = next
  }
  let total = Number.POSITIVE_INFINITY
  let plan: VrpPlan = { cost: Number.POSITIVE_INFINITY, routes: [], absent: [...customers.keys()] }
  for (const [set, routes] of best.entries()) {
    const absent = [...customers.keys()].filter((c) => (set & (1 << c)) === 0)
    const sum = absent.reduce(
      (cost, c) => cost + (absenceOf[c] as number),
      routes?.cost ?? Number.POSITIVE_INFINITY,
    )
    if (!routes || sum >= total) continue
    total = sum
    plan = { ...routes, absent }
  }
  return { total, plan }
}

type Routes = Pick<VrpPlan, 'cost' | 'routes'>

/** At a depot or a tip, ready to begin a trip. */
interface TripStart {
  readonly place: number
  readonly clock: RouteClock
  /** By set of bits: who was visited on the trips before. */
  readonly visited: number
  readonly visits: readonly number[]
  /** Of the metres and by vehicle. */
  readonly cost: number
  readonly load: readonly number[]
  /** What is loaded; undefined where nothing is. */
  readonly stream: number | undefined
}

interface BestRoute {
  readonly cost: number
  readonly visits: readonly number[]
}

/** A vehicle's cheapest route by the set of customers that it serves; undefined where it cannot. */
function findRoutes(problem: Problem, vehicleIndex: number): readonly (BestRoute | undefined)[] {
  const { customers, tips, vehicles } = problem
  const vehicle = vehicles[vehicleIndex] as Vehicle
  const { underWay } = vehicle
  const firstDepot = customers.length + tips.length
  const home = firstDepot + (vehicle.endDepot ?? vehicle.depot)
  const routes: (BestRoute | undefined)[] = Array.from({ length: 2 ** customers.length }, () => undefined)
  // Who starts a trip from the same tip after the same customers, later and at a higher cost, need not be tried.
  const tried = new Map<string, TripStart[]>()
  begin({
    place: firstDepot + vehicle.depot,
    clock: startClock(vehicle),
    visited: 0,
    visits: [],
    cost: vehicle.fixedCost,
    load: underWay?.load ?? vehicle.capacity.map(() => 0),
    stream: underWay?.load.some((amount) => amount > 0) ? underWay.stream : undefined,
  })
  if (!underWay) routes[0] = { cost: 0, visits: [] }
  return routes

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
      const ofVehicle = customer.vehicleCosts?.[vehicleIndex] ?? 0
      if (ofVehicle === Number.POSITIVE_INFINITY) continue
      const cost = reached.cost + priceMetres(reached.place, c) + ofVehicle
      const visits = [...reached.visits, c]
      extend(start, [...trip, c], { place: c, clock, visited, visits, cost, load, stream: customer.stream })
    }
    const rested = mayRest(vehicle, reached.clock)
    if (reached.stream !== undefined) {
      for (const [t, tip] of tips.entries()) {
        if (tip.streams && !tip.streams.includes(reached.stream)) continue
        const place = customers.length + t
        const clock = stopAt(place, driveTo(problem, vehicle, reached.place, place, rested))
        if (!isPossible(clock)) continue
        const cost = reached.cost + priceMetres(reached.place, place)
        const load = vehicle.capacity.map(() => 0)
        const visits = [...reached.visits, place]
        begin({ place, clock, visited: reached.visited, visits, cost, load, stream: undefined })
      }
      if (tips.length > 0) return
    }
    const arrival = driveTo(problem, vehicle, reached.place, home, rested)
    const end = endOf(vehicle, dropAfter(vehicle.latest, arrival))
    const cost =
      reached.cost + priceMetres(reached.place, home) + vehicle.costPerSecond * (end - vehicle.earliest)
    if (
      end < Number.POSITIVE_INFINITY &&
      cost < (routes[reached.visited]?.cost ?? Number.POSITIVE_INFINITY)
    ) {
      routes[reached.visited] = { cost, visits: reached.visits }
    }
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
