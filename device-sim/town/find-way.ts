import type { PlaneStreet, StreetPlan } from './collect-streets.ts'
import type { Point } from './geometry.ts'

const COST_PER_M = { main: 1, secondary: 1.25, residential: 2.6 } as const

/** Finds ways between junctions that prefer the larger streets, as bus lines do (Dijkstra's algorithm). */
export function createWayFinder({ junctions, streets }: StreetPlan) {
  const streetsAt = junctions.map((): PlaneStreet[] => [])
  for (const street of streets) {
    streetsAt[street.from]?.push(street)
    streetsAt[street.to]?.push(street)
  }

  /** The streets' points from one junction to another, and the names of the streets. */
  return function findWay(from: number, to: number): { points: Point[]; streets: PlaneStreet[] } {
    const cost = new Map<number, number>([[from, 0]])
    const cameBy = new Map<number, PlaneStreet>()
    const open = new Set([from])
    const done = new Set<number>()
    while (open.size > 0) {
      let current = -1
      for (const index of open) {
        if (current === -1 || (cost.get(index) as number) < (cost.get(current) as number)) current = index
      }
      if (current === to) break
      open.delete(current)
      done.add(current)
      for (const street of streetsAt[current] ?? []) {
        const other = street.from === current ? street.to : street.from
        if (done.has(other)) continue
        const next = (cost.get(current) as number) + street.lengthM * COST_PER_M[street.class]
        if (next < (cost.get(other) ?? Number.POSITIVE_INFINITY)) {
          cost.set(other, next)
          cameBy.set(other, street)
          open.add(other)
        }
      }
    }
    const way: PlaneStreet[] = []
    const points: Point[] = [junctions[to] as Point]
    for (let current = to; current !== from; ) {
      const street = cameBy.get(current)
      if (!street) return { points: [], streets: [] }
      way.unshift(street)
      const backward = street.from === current ? street.points : [...street.points].reverse()
      points.unshift(...[...backward.slice(1)].reverse())
      current = street.from === current ? street.to : street.from
    }
    return { points, streets: way }
  }
}
