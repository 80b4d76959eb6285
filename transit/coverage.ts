import type { Timetable } from './timetable/timetable.ts'

const METRES_PER_DEGREE = 111_195

interface Box {
  readonly west: number
  readonly east: number
  readonly south: number
  readonly north: number
}

/** Worked out once for each timetable, and let go with it. */
const boxes = new WeakMap<Timetable, Box>()

/**
 * Whether a place is where the timetable's vehicles can be: at most so many metres beyond the box around all of its shapes, or
 * of its stops where it has none.
 */
export function isCovered(
  timetable: Timetable,
  { longitude, latitude }: { readonly longitude: number; readonly latitude: number },
  beyondMetres: number,
): boolean {
  let box = boxes.get(timetable)
  if (!box) {
    const { shapes, stops } = timetable
    const places = shapes.longitudes.length > 0 ? shapes : stops
    const [west, east] = rangeOf(places.longitudes)
    const [south, north] = rangeOf(places.latitudes)
    box = { west, east, south, north }
    boxes.set(timetable, box)
  }
  const north = beyondMetres / METRES_PER_DEGREE
  const east = north / Math.max(0.01, Math.cos((latitude * Math.PI) / 180))
  return (
    longitude >= box.west - east &&
    longitude <= box.east + east &&
    latitude >= box.south - north &&
    latitude <= box.north + north
  )
}

/** Places that are not known, NaN, are passed over. */
function rangeOf(values: Float64Array): [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const value of values) {
    if (value < low) low = value
    if (value > high) high = value
  }
  return [low, high]
}
