import { type FaultList, FeedRefusal } from './import-fault.ts'
import { placeStops } from './place-stops.ts'
import type { ShapeReading } from './read-shapes.ts'
import type { StopTimeReading } from './read-stop-times.ts'
import type { TripColumns } from './read-trips.ts'
import { scaleDistances } from './scale-distances.ts'
import { createShapeLine, type PlaceOnShape } from './shape-line.ts'
import { sharedFloat32 } from './shared-array.ts'
import type { TimetableData } from './timetable-data.ts'

/** A stop further from the shape of its trip is told of. */
const FAR_M = 100
/** Points that are looked at, some 5 ns each: a feed of ten million stop times has some 20 million for 2,000 shapes. */
const POINTS_MAX = 10_000_000_000

/**
 * Metres along the shape of every stop time: the feed's own distances where stop_times.txt and shapes.txt both have them,
 * which gives their unit, otherwise by projecting the stops on the shape. Trips of the same stops and shape are measured once.
 */
export function measureStopTimes({
  faults,
  stops,
  trips,
  stopTimes,
  shapes: { shapes, feedDistances },
}: {
  faults: FaultList
  stops: TimetableData['stops']
  trips: TripColumns
  stopTimes: StopTimeReading
  shapes: ShapeReading
}): Float32Array {
  const { firsts } = stopTimes.order
  let pointsLooked = 0
  const metres = sharedFloat32(stopTimes.order.count).fill(Number.NaN)
  for (const [shape, ofShape] of groupByShape(trips, shapes.count).entries()) {
    if (ofShape.length === 0) continue
    const line = createShapeLine(shapes, shape)
    const placesOf = new Map<number, readonly PlaceOnShape[]>()
    /** Trips that were measured, by a hash of their stops. */
    const measured = new Map<number, number[]>()
    const first = shapes.firstPoints[shape] ?? 0
    const end = shapes.firstPoints[shape + 1] ?? 0
    const shapeLine = {
      feedDistances: feedDistances.subarray(first, end),
      metres: shapes.distances.subarray(first, end),
    }
    for (const trip of ofShape) {
      const [from, to] = [firsts[trip] as number, firsts[trip + 1] as number]
      if (from === to) continue
      const hash = hashStops(stopTimes, from, to)
      const alike = measured.get(hash) ?? []
      const twin = alike.find((other) => hasSameStops(stopTimes, firsts, other, trip))
      if (twin !== undefined) {
        metres.copyWithin(from, firsts[twin] as number, firsts[twin + 1] as number)
        continue
      }
      measured.set(hash, [...alike, trip])
      const scaled = scaleDistances(stopTimes.feedDistances.subarray(from, to), shapeLine)
      metres.set(scaled ?? project(shape, line, placesOf, from, to), from)
    }
  }
  return metres

  function project(
    shape: number,
    line: ReturnType<typeof createShapeLine>,
    placesOf: Map<number, readonly PlaceOnShape[]>,
    from: number,
    to: number,
  ): Float32Array {
    const places = Array.from(stopTimes.stops.subarray(from, to), (stop) => {
      const known = placesOf.get(stop)
      if (known) return known
      pointsLooked += (shapes.firstPoints[shape + 1] ?? 0) - (shapes.firstPoints[shape] ?? 0)
      if (pointsLooked > POINTS_MAX) {
        const message =
          'it has too many points for the stops that are on them; a point every few metres is enough'
        throw new FeedRefusal({ file: 'shapes.txt' }, 'too_large', message)
      }
      const found = line.listPlaces(stops.longitudes[stop] ?? 0, stops.latitudes[stop] ?? 0)
      placesOf.set(stop, found)
      const offset = Math.min(...found.map(({ offsetMetres }) => offsetMetres))
      if (offset > FAR_M) {
        faults.warn(
          { file: 'stop_times.txt', column: 'stop_id' },
          'stop_too_far_from_shape',
          `the stop ${stops.ids[stop]} is ${Math.round(offset)} m from the shape ${shapes.ids[shape]}; within ${FAR_M} m is expected`,
        )
      }
      return found
    })
    return placeStops(places, Array.from(stopTimes.arrivals.subarray(from, to)), line.metres)
  }
}

function groupByShape(trips: TripColumns, shapeCount: number): number[][] {
  const groups: number[][] = Array.from({ length: shapeCount }, () => [])
  for (let trip = 0; trip < trips.count; trip += 1) groups[trips.shapes[trip] as number]?.push(trip)
  return groups
}

function hashStops({ stops, feedDistances }: StopTimeReading, from: number, to: number): number {
  let hash = to - from
  for (let index = from; index < to; index += 1) {
    hash = Math.imul(hash ^ (stops[index] as number), 0x01000193)
    hash = Math.imul(hash ^ ((feedDistances[index] as number) * 16), 0x01000193)
  }
  return hash
}

function hasSameStops(
  { stops, feedDistances }: StopTimeReading,
  firsts: Uint32Array,
  trip: number,
  other: number,
): boolean {
  const from = firsts[trip] as number
  const otherFrom = firsts[other] as number
  const count = (firsts[trip + 1] as number) - from
  if (count !== (firsts[other + 1] as number) - otherFrom) return false
  for (let index = 0; index < count; index += 1) {
    if (stops[from + index] !== stops[otherFrom + index]) return false
    if (!Object.is(feedDistances[from + index], feedDistances[otherFrom + index])) return false
  }
  return true
}
