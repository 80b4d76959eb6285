import { readSolution } from './read-solution.ts'

export interface Verdict {
  readonly cost: number
  /** Every rule that is broken, in words. */
  readonly faults: readonly string[]
}

/**
 * Judges a solution of a `.vrp` instance by the file alone: capacity, windows, release times, reloads, who is visited,
 * how many vehicles drive, and the cost that the solution claims.
 */
export function checkVrplib(instance: string, solution: string): Verdict {
  const faults: string[] = []
  const lines = instance.split(/\r?\n/).map((line) => line.trim())
  const header = (key: string): string | undefined =>
    lines.find((line) => line.startsWith(key) && line.includes(':'))?.replace(/^[^:]*:\s*/, '')
  const section = (title: string): Map<number, number[]> | undefined => {
    const begin = lines.indexOf(title)
    if (begin < 0) return undefined
    const rows = new Map<number, number[]>()
    for (const line of lines.slice(begin + 1)) {
      if (!/^\d/.test(line)) break
      const [node = 0, ...values] = line.split(/\s+/).map(Number)
      rows.set(node, values)
    }
    return rows
  }
  const size = Number(header('DIMENSION'))
  const capacity = Number(header('CAPACITY'))
  const vehicles = header('VEHICLES')
  const coordinates = section('NODE_COORD_SECTION') ?? new Map<number, number[]>()
  const demands = section('DEMAND_SECTION')
  const windows = section('TIME_WINDOW_SECTION')
  const releases = section('RELEASE_TIME_SECTION')
  const prizes = section('PRIZE_SECTION')
  const mayReload = section('VEHICLES_RELOAD_DEPOT_SECTION') !== undefined
  const service = 10 * Number(header('SERVICE_TIME') ?? 0)

  const { routes, cost: claimed } = readSolution(solution)
  if (vehicles !== undefined && routes.length > Number(vehicles)) {
    faults.push(`${routes.length} vehicles drive, of ${vehicles}`)
  }
  const visited = new Map<number, number>()
  let cost = 0
  for (const [index, route] of routes.entries()) driveRoute(`route ${index + 1}`, route)
  for (let customer = 1; customer < size; customer++) {
    const times = visited.get(customer) ?? 0
    if (times > 1 || (times === 0 && !prizes)) faults.push(`customer ${customer} is visited ${times} times`)
    if (times === 0 && prizes) cost += 10 * (prizes.get(customer + 1)?.[0] ?? Number.NaN)
  }
  if (cost !== claimed) faults.push(`it claims to cost ${claimed}, and costs ${cost}`)
  return { cost, faults }

  // Customers are numbered from 1 and the depot is 0: a node's number less one.
  function driveRoute(name: string, route: readonly number[]): void {
    let time = 10 * (windows?.get(1)?.[0] ?? 0)
    let at = 0
    const trips = route
      .join(' ')
      .split(/(?:^| )0(?: |$)/)
      .map((trip) => trip.split(' ').filter(Boolean).map(Number))
    if (trips.length > 1 && !mayReload) faults.push(`${name} comes back to the depot on its way`)
    for (const trip of trips) {
      const load = trip.reduce((sum, customer) => sum + (demands?.get(customer + 1)?.[0] ?? Number.NaN), 0)
      if (!(load <= capacity)) faults.push(`${name} carries ${load} of ${capacity}`)
      for (const customer of trip) time = Math.max(time, 10 * (releases?.get(customer + 1)?.[0] ?? 0))
      for (const customer of trip) {
        visited.set(customer, (visited.get(customer) ?? 0) + 1)
        drive(customer)
        const [opens = 0, closes = Number.POSITIVE_INFINITY] = windows?.get(customer + 1) ?? []
        time = Math.max(time, 10 * opens)
        if (time > 10 * closes) faults.push(`${name} is late at ${customer}: ${time} after ${10 * closes}`)
        time += service
      }
      drive(0)
    }
    const closes = 10 * (windows?.get(1)?.[1] ?? Number.POSITIVE_INFINITY)
    if (time > closes) faults.push(`${name} is home at ${time}, after ${closes}`)

    function drive(to: number): void {
      const [ax = Number.NaN, ay = Number.NaN] = coordinates.get(at + 1) ?? []
      const [bx = Number.NaN, by = Number.NaN] = coordinates.get(to + 1) ?? []
      const way = Math.sqrt((ax - bx) ** 2 + (ay - by) ** 2)
      const distance = windows ? Math.trunc(10 * way) : Math.floor(way + 0.5)
      cost += distance
      time += distance
      at = to
    }
  }
}
