import type { Polygon } from '../../model/service-alert.ts'
import type { Timetable } from '../timetable/timetable.ts'

/** The ids of the stops, where vehicles call, within an area. */
export function findStopsWithin({ stops }: Timetable, { coordinates }: Polygon): string[] {
  const [outer = [], ...holes] = coordinates
  const found: string[] = []
  for (let stop = 0; stop < stops.count; stop += 1) {
    if (stops.locationTypes[stop] !== 0) continue
    const x = stops.longitudes[stop] as number
    const y = stops.latitudes[stop] as number
    if (isInside(outer, x, y) && !holes.some((hole) => isInside(hole, x, y))) {
      found.push(stops.ids[stop] as string)
    }
  }
  return found
}

/** By how often a ray to the east crosses the ring: within it is where that is odd. */
function isInside(ring: readonly (readonly number[])[], x: number, y: number): boolean {
  let isIn = false
  for (let point = 0, before = ring.length - 1; point < ring.length; before = point, point += 1) {
    const [x1 = 0, y1 = 0] = ring[point] as readonly number[]
    const [x2 = 0, y2 = 0] = ring[before] as readonly number[]
    if (y1 > y !== y2 > y && x < ((x2 - x1) * (y - y1)) / (y2 - y1) + x1) isIn = !isIn
  }
  return isIn
}
