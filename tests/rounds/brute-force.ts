import type { Problem } from '../../rounds/vrp/problem.ts'

/** What a mandatory customer's absence counts here: more than any route of the tests' problems. */
export const MANDATORY_PENALTY = 1e7

/** The least that a problem can cost, routes and absences together, by trying every order of every visit. */
export function bruteForce({ customers, tips, vehicles, depotCount, distances, durations }: Problem): number {
  const size = customers.length + tips.length + depotCount
  const absenceOf = customers.map(({ prize }) => (Number.isFinite(prize) ? prize : MANDATORY_PENALTY))
  let best = Number.POSITIVE_INFINITY
  drive(0, 0, 0, undefined)
  return best

  interface Day {
    place: number
    time: number
    load: readonly number[]
    stream: number
    hasLoad: boolean
  }

  // `visited` is a set of bits; the cost so far only grows, so a branch that already costs more is given up.
  function drive(index: number, visited: number, cost: number, day: Day | undefined): void {
    if (cost >= best) return
    const vehicle = vehicles[index]
    if (!vehicle) {
      const absent = absenceOf.reduce((sum, prize, c) => sum + (visited & (1 << c) ? 0 : prize), 0)
      best = Math.min(best, cost + absent)
      return
    }
    const depot = customers.length + tips.length + vehicle.depot
    const spare = vehicle.breakSeconds
    if (!day) {
      drive(index + 1, visited, cost, undefined)
      const empty = vehicle.capacity.map(() => 0)
      const start = { place: depot, time: vehicle.earliest, load: empty, stream: -1, hasLoad: false }
      visitCustomers(cost + vehicle.fixedCost, start)
      return
    }
    visitCustomers(cost, day)
    if (day.hasLoad) {
      for (const [t, tip] of tips.entries()) {
        if (tip.streams && !tip.streams.includes(day.stream)) continue
        const place = customers.length + t
        const arrival = day.time + (durations[day.place * size + place] as number)
        const begin = Math.max(arrival, tip.opens)
        if (begin + spare > tip.closes) continue
        const time = begin + tip.serviceSeconds
        const emptied = { place, time, load: day.load.map(() => 0), stream: -1, hasLoad: false }
        drive(index, visited, cost + price(day.place, place, time - day.time), emptied)
      }
    }
    if (tips.length === 0 || !day.hasLoad) {
      const time = day.time + (durations[day.place * size + depot] as number)
      if (time + spare > vehicle.latest) return
      drive(index + 1, visited, cost + price(day.place, depot, time - day.time), undefined)
    }

    function price(from: number, to: number, seconds: number): number {
      return (
        (vehicle?.costPerM as number) * (distances[from * size + to] as number) +
        (vehicle?.costPerSecond as number) * seconds
      )
    }

    function visitCustomers(costSoFar: number, from: Day): void {
      for (const [c, customer] of customers.entries()) {
        if (visited & (1 << c) || !vehicle) continue
        if (vehicle.streams && !vehicle.streams.includes(customer.stream)) continue
        if ((customer.skills & ~vehicle.skills) !== 0) continue
        if (tips.length > 0 && from.hasLoad && from.stream !== customer.stream) continue
        const load = from.load.map((amount, d) => amount + (customer.demand[d] as number))
        if (load.some((amount, d) => amount > (vehicle.capacity[d] as number))) continue
        const arrival = from.time + (durations[from.place * size + c] as number)
        const begin = Math.max(arrival, customer.opens)
        if (begin + spare > customer.closes) continue
        const time = begin + customer.serviceSeconds
        const next = { place: c, time, load, stream: customer.stream, hasLoad: true }
        drive(index, visited | (1 << c), costSoFar + price(from.place, c, time - from.time), next)
      }
    }
  }
}
