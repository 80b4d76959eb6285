import type { Verdict } from './check-vrplib.ts'
import { readSolution } from './read-solution.ts'

/** Judges a solution of a Solomon instance by the file alone, with real distances; the cost is told to two decimals. */
export function checkSolomon(instance: string, solution: string): Verdict {
  const faults: string[] = []
  const [fleet, customers] = instance.split('CUST NO.') as [string, string]
  const [vehicles = 0, capacity = 0] = (/^\s*(\d+)\s+(\d+)\s*$/m.exec(fleet) ?? []).slice(1).map(Number)
  const rows = [...customers.matchAll(/^\s*(\d+(?:\s+\d+){6})\s*$/gm)].map(([, row = '']) =>
    row.split(/\s+/).map(Number),
  )
  const { routes, cost: claimed } = readSolution(solution)
  if (routes.length > vehicles) faults.push(`${routes.length} vehicles drive, of ${vehicles}`)
  const visited = new Map<number, number>()
  let cost = 0
  for (const [index, route] of routes.entries()) {
    let [, atX = 0, atY = 0, , time = 0] = rows[0] ?? []
    let load = 0
    for (const customer of [...route, 0]) {
      const [, x = Number.NaN, y = Number.NaN, demand = 0, ready = 0, due = 0, service = 0] =
        rows[customer] ?? []
      const distance = Math.sqrt((x - atX) ** 2 + (y - atY) ** 2)
      cost += distance
      time = Math.max(time + distance, ready)
      // A billionth forgives what doubles lose.
      if (!(time <= due + 1e-9))
        faults.push(`route ${index + 1} is late at ${customer}: ${time} after ${due}`)
      time += service
      load += demand
      ;[atX, atY] = [x, y]
      if (customer !== 0) visited.set(customer, (visited.get(customer) ?? 0) + 1)
    }
    if (load > capacity) faults.push(`route ${index + 1} carries ${load} of ${capacity}`)
  }
  for (const [customer = 0] of rows.slice(1)) {
    const times = visited.get(customer) ?? 0
    if (times !== 1) faults.push(`customer ${customer} is visited ${times} times`)
  }
  if (!(Math.abs(cost - claimed) <= 0.005 + 1e-9))
    faults.push(`it claims to cost ${claimed}, and costs ${cost}`)
  return { cost, faults }
}
