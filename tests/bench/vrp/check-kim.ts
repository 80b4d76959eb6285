import type { Verdict } from './check-vrplib.ts'
import { readSolution } from './read-solution.ts'

interface Row {
  readonly x: number
  readonly y: number
  readonly early: number
  readonly late: number
  readonly service: number
  readonly load: number
  readonly type: number
}

/**
 * Judges a solution of Kim's waste collection by the file alone: loads, the yards and stops of a day, windows, an empty
 * lorry at the end, a lunch that begins between 11:00 and 12:00 of whoever is out then, and the miles.
 */
export function checkKim(instance: string, solution: string, lorries: number): Verdict {
  const faults: string[] = []
  const lines = instance.split(/\r?\n/)
  const [capacity, dayYards, dayStops, lunch, milesPerHour] = lines.slice(0, 5).map(Number.parseFloat) as [
    number,
    number,
    number,
    number,
    number,
  ]
  const feetPerSecond = (milesPerHour * 5_280) / 3_600
  const rows = new Map<number, Row>()
  for (const line of lines.slice(6).filter((text) => text.trim() !== '')) {
    const [id = 0, x = 0, y = 0, early = 0, late = 0, service = 0, load = 0, type = 0] = line
      .trim()
      .split(/\s+/)
      .map(Number)
    rows.set(id, { x, y, early: toSeconds(early), late: toSeconds(late), service, load, type })
  }
  const rowOf = (id: number): Row => {
    const row = rows.get(id)
    if (!row) throw new Error(`there is no row ${id}`)
    return row
  }
  const { routes, cost: claimed } = readSolution(solution)
  if (routes.length > lorries) faults.push(`${routes.length} lorries drive, of ${lorries}`)
  const visits = routes.flat()
  for (const [id, { type }] of rows) {
    const times = visits.filter((visit) => visit === id).length
    if (type === 1 && times !== 1) faults.push(`stop ${id} is visited ${times} times`)
    if (type === 0 && times !== 0) faults.push('a route passes the depot on its way')
  }
  let feet = 0
  for (const [index, route] of routes.entries()) {
    const way = [0, ...route, 0]
    for (const [i, id] of way.slice(1).entries()) feet += feetBetween(rowOf(way[i] as number), rowOf(id))
    checkLoads(`route ${index + 1}`, route.map(rowOf))
    // Lunch may be had at the depot, and before or after each service: with one of them it must be in time.
    const moments = Array.from({ length: 2 * route.length + 1 }, (_, moment) => moment)
    if (!moments.some((moment) => isInTime(route, moment)) && !isInTime(route, undefined))
      faults.push(`route ${index + 1} is not in time with its lunch`)
  }
  const miles = feet / 5_280
  if (!(Math.abs(miles - claimed) <= 0.005 + 1e-9))
    faults.push(`it claims to cost ${claimed}, and costs ${miles}`)
  return { cost: miles, faults }

  function checkLoads(name: string, stops: readonly Row[]): void {
    let load = 0
    let [yards, count] = [0, 0]
    for (const stop of stops) {
      if (stop.type === 2) load = 0
      else {
        load += stop.load
        yards += stop.load
        count++
      }
      if (load > capacity + 1e-6) faults.push(`${name} carries ${load} of ${capacity}`)
    }
    if (load > 0) faults.push(`${name} comes home with ${load}`)
    if (yards > dayYards + 1e-6) faults.push(`${name} collects ${yards} in a day of ${dayYards}`)
    if (count > dayStops) faults.push(`${name} makes ${count} stops in a day of ${dayStops}`)
  }

  /** With lunch at a moment: 0 before leaving, 2 i + 1 before the service of stop i, 2 i + 2 after it. */
  function isInTime(route: readonly number[], lunchAt: number | undefined): boolean {
    const depot = rowOf(0)
    let time = depot.early
    let at = depot
    if (!haveLunch(0)) return false
    for (const [index, id] of route.entries()) {
      const stop = rowOf(id)
      time += feetBetween(at, stop) / feetPerSecond
      if (!haveLunch(2 * index + 1)) return false
      time = Math.max(time, stop.early)
      if (time > stop.late + 1e-6) return false
      time += stop.service
      if (!haveLunch(2 * index + 2)) return false
      at = stop
    }
    time += feetBetween(at, depot) / feetPerSecond
    return time <= depot.late + 1e-6 && (lunchAt !== undefined || time <= 12 * 3_600 + 1e-6)

    function haveLunch(moment: number): boolean {
      if (moment !== lunchAt) return true
      time = Math.max(time, 11 * 3_600)
      if (time > 12 * 3_600 + 1e-6) return false
      time += lunch
      return true
    }
  }
}

function feetBetween(a: Row, b: Row): number {
  return Math.abs(a.x - b.x) + Math.abs(a.y - b.y)
}

/** HHMM, which may be written without its zeros. */
function toSeconds(hhmm: number): number {
  return 3_600 * Math.trunc(hhmm / 100) + 60 * (hhmm % 100)
}
