import type { Timetable } from '../timetable/timetable.ts'

const EARTH_METRES_PER_DEGREE = 111_195
/** A path may pass a place several times, as loops do; more are not told apart. */
const PASSES_MAX = 8

/** The way of a trip on the ground: its shape, or straight lines between its stops where it has none. */
export interface TripPath {
  readonly index: number
  readonly longitudes: Float64Array
  readonly latitudes: Float64Array
  /** Metres from its first point. */
  readonly distances: ArrayLike<number>
  /** Where the path's trips are counted together: of shapes that are the same to the metre only one is a path. */
  readonly metresPerLongitude: number
}

/** A place where a path passes a point. */
export interface PathPass {
  /** Metres from the path's first point. */
  readonly distanceM: number
  /** Metres from the path to the point. */
  readonly offsetM: number
  /** Where the path leads to there: degrees from north, clockwise. */
  readonly bearingDegrees: number
}

export interface TripPaths {
  ofTrip(trip: number): TripPath
  /** Metres along its path at which the trip has its stop, counted from 0. */
  stopDistance(trip: number, stopIndex: number): number
  /** Every pass of a path by a point, no further off than `withinM`; the nearest of each. */
  listPasses(path: TripPath, longitude: number, latitude: number, withinM: number): readonly PathPass[]
}

export function createTripPaths({ trips, stopTimes, stops, shapes }: Timetable): TripPaths {
  const byShape = new Map<number, TripPath>()
  const byStops = new Map<string, TripPath>()
  const ofTrips = new Map<number, TripPath>()
  let count = 0
  return { ofTrip, stopDistance, listPasses }

  function ofTrip(trip: number): TripPath {
    const shape = trips.shapes[trip] ?? -1
    const known = shape < 0 ? ofTrips.get(trip) : byShape.get(shape)
    if (known) return known
    const path = shape < 0 ? ofStops(trip) : ofShape(shape)
    if (shape < 0) ofTrips.set(trip, path)
    else byShape.set(shape, path)
    return path
  }

  function ofShape(shape: number): TripPath {
    const first = shapes.firstPoints[shape] ?? 0
    const end = shapes.firstPoints[shape + 1] ?? first
    return toPath(
      shapes.longitudes.subarray(first, end),
      shapes.latitudes.subarray(first, end),
      shapes.distances.subarray(first, end),
    )
  }

  function ofStops(trip: number): TripPath {
    const stopsOfTrip = stopTimes.stops.subarray(trips.firstStopTimes[trip], trips.firstStopTimes[trip + 1])
    const key = stopsOfTrip.join()
    let path = byStops.get(key)
    if (!path) {
      const longitudes = Float64Array.from(stopsOfTrip, (stop) => stops.longitudes[stop] ?? 0)
      const latitudes = Float64Array.from(stopsOfTrip, (stop) => stops.latitudes[stop] ?? 0)
      path = toPath(longitudes, latitudes, measure(longitudes, latitudes))
      byStops.set(key, path)
    }
    return path
  }

  function toPath(longitudes: Float64Array, latitudes: Float64Array, distances: ArrayLike<number>): TripPath {
    const metresPerLongitude = perLongitude(latitudes[0] ?? 0)
    return { index: count++, longitudes, latitudes, distances, metresPerLongitude }
  }

  function stopDistance(trip: number, stopIndex: number): number {
    const told = stopTimes.shapeDistances[(trips.firstStopTimes[trip] ?? 0) + stopIndex] ?? Number.NaN
    if (!Number.isNaN(told) && (trips.shapes[trip] ?? -1) >= 0) return told
    const path = ofTrip(trip)
    return path.distances[Math.min(stopIndex, path.distances.length - 1)] ?? 0
  }

  function listPasses(
    path: TripPath,
    longitude: number,
    latitude: number,
    withinM: number,
  ): readonly PathPass[] {
    const { longitudes, latitudes, distances, metresPerLongitude } = path
    const passes: PathPass[] = []
    let best: PathPass | undefined
    let x2 = ((longitudes[0] ?? 0) - longitude) * metresPerLongitude
    let y2 = ((latitudes[0] ?? 0) - latitude) * EARTH_METRES_PER_DEGREE
    for (let point = 1; point < distances.length; point += 1) {
      const [x1, y1] = [x2, y2]
      x2 = ((longitudes[point] ?? 0) - longitude) * metresPerLongitude
      y2 = ((latitudes[point] ?? 0) - latitude) * EARTH_METRES_PER_DEGREE
      const dx = x2 - x1
      const dy = y2 - y1
      const squared = dx * dx + dy * dy
      const share = squared === 0 ? 0 : Math.min(1, Math.max(0, -(x1 * dx + y1 * dy) / squared))
      const offsetM = Math.hypot(x1 + share * dx, y1 + share * dy)
      if (offsetM > withinM) {
        if (best) passes.push(best)
        best = undefined
        continue
      }
      if (best && best.offsetM <= offsetM) continue
      const from = distances[point - 1] ?? 0
      const to = distances[point] ?? 0
      const bearingDegrees = ((Math.atan2(dx, dy) * 180) / Math.PI + 360) % 360
      best = { distanceM: from + share * (to - from), offsetM, bearingDegrees }
    }
    if (best) passes.push(best)
    return passes.length <= PASSES_MAX
      ? passes
      : passes.toSorted((a, b) => a.offsetM - b.offsetM).slice(0, PASSES_MAX)
  }
}

/** Metres between two places, by the plane at the first one: good enough for what a vehicle moves between two readings. */
export function metresBetween(
  fromLongitude: number,
  fromLatitude: number,
  toLongitude: number,
  toLatitude: number,
): number {
  return Math.hypot(
    (toLongitude - fromLongitude) * perLongitude(fromLatitude),
    (toLatitude - fromLatitude) * EARTH_METRES_PER_DEGREE,
  )
}

/** Degrees from north, clockwise. */
export function bearingBetween(
  fromLongitude: number,
  fromLatitude: number,
  toLongitude: number,
  toLatitude: number,
): number {
  const east = (toLongitude - fromLongitude) * perLongitude(fromLatitude)
  const north = (toLatitude - fromLatitude) * EARTH_METRES_PER_DEGREE
  return ((Math.atan2(east, north) * 180) / Math.PI + 360) % 360
}

function perLongitude(latitude: number): number {
  return EARTH_METRES_PER_DEGREE * Math.cos((latitude * Math.PI) / 180)
}

function measure(longitudes: Float64Array, latitudes: Float64Array): Float32Array {
  const distances = new Float32Array(longitudes.length)
  for (let point = 1; point < distances.length; point += 1) {
    distances[point] =
      (distances[point - 1] ?? 0) +
      metresBetween(
        longitudes[point - 1] ?? 0,
        latitudes[point - 1] ?? 0,
        longitudes[point] ?? 0,
        latitudes[point] ?? 0,
      )
  }
  return distances
}
