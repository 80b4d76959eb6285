import type { Timetable } from '../timetable/timetable.ts'

/** A mile around all that the timetable names, as the classic validator has it. */
const AROUND_METRES = 1_609
const METRES_PER_DEGREE = 111_195

interface Area {
  readonly west: number
  readonly east: number
  readonly south: number
  readonly north: number
}

/** Worked out once for each timetable, and let go with it. */
const areas = new WeakMap<Timetable, Area>()

/** Whether a place is in the rectangle around the timetable's stops and shapes, or near it. */
export function isCovered(timetable: Timetable, longitude: number, latitude: number): boolean {
  let area = areas.get(timetable)
  if (!area) {
    area = measureArea(timetable)
    areas.set(timetable, area)
  }
  const north = AROUND_METRES / METRES_PER_DEGREE
  const east = north / Math.max(0.01, Math.cos((latitude * Math.PI) / 180))
  return (
    longitude >= area.west - east &&
    longitude <= area.east + east &&
    latitude >= area.south - north &&
    latitude <= area.north + north
  )
}

function measureArea({ stops, shapes }: Timetable): Area {
  const [west, east] = rangeOf(stops.longitudes, shapes.longitudes)
  const [south, north] = rangeOf(stops.latitudes, shapes.latitudes)
  return { west, east, south, north }
}

/** A stop without a place, which is NaN, is in no comparison. */
function rangeOf(...lists: readonly Float64Array[]): [number, number] {
  let least = Number.POSITIVE_INFINITY
  let most = Number.NEGATIVE_INFINITY
  for (const list of lists) {
    for (const value of list) {
      if (value < least) least = value
      if (value > most) most = value
    }
  }
  return [least, most]
}
