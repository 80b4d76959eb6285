import type { Timetable } from '../timetable/timetable.ts'

const METRES_PER_DEGREE = 111_195
/** The validator's rule E028 allows a mile, 1,609 m, around the box of all shapes, or of all stops where there are none. */
const BEYOND_METRES = 1_600

interface Box {
  readonly west: number
  readonly east: number
  readonly south: number
  readonly north: number
}

const boxes = new WeakMap<Timetable, Box>()

/** Whether a place is where the timetable's vehicles can be, by a box around all of its lines. */
export function isWithinCoverage(timetable: Timetable, longitude: number, latitude: number): boolean {
  let box = boxes.get(timetable)
  if (!box) {
    box = boxAround(timetable.shapes.longitudes.length > 0 ? timetable.shapes : timetable.stops)
    boxes.set(timetable, box)
  }
  return box.west <= longitude && longitude <= box.east && box.south <= latitude && latitude <= box.north
}

function boxAround({
  longitudes,
  latitudes,
}: {
  readonly longitudes: Float64Array
  readonly latitudes: Float64Array
}): Box {
  const [west, east] = rangeOf(longitudes)
  const [south, north] = rangeOf(latitudes)
  const beyond = BEYOND_METRES / METRES_PER_DEGREE
  // Where it is furthest from the equator a degree of longitude is shortest; the poles have no buses.
  const steepest = Math.min(85, Math.max(Math.abs(south), Math.abs(north)))
  const beyondLongitude = beyond / Math.cos((steepest * Math.PI) / 180)
  return {
    west: west - beyondLongitude,
    east: east + beyondLongitude,
    south: south - beyond,
    north: north + beyond,
  }
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
