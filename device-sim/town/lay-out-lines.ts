import type { Random } from '../../model/random.ts'
import type { StreetPlan } from './collect-streets.ts'
import { createWayFinder } from './find-way.ts'
import { angleBetween, distanceM, lengthOfLineM, type Point, pointAlong } from './geometry.ts'
import type { Display, Line, Position, Stop, Vehicle } from './town.ts'

/** By a bus's place on its line: most know their trip. */
const SAYS: readonly Vehicle['says'][] = ['trip', 'trip', 'route', 'nothing', 'trip']
const STOP_EVERY_M = 330
/** A line uses a stop that is already there within this distance of its way. */
const STOP_SHARED_M = 110

/** Bus lines from one side of town through the centre to the other, their stops, displays and buses. */
export function layOutLines(
  random: Random,
  plan: StreetPlan,
  options: {
    lineCount: number
    vehicleCount: number
    displayCount: number
    radiusM: number
    toPosition: (point: Point) => Position
  },
): { lines: Line[]; stops: Stop[]; displays: Display[]; vehicles: Vehicle[] } {
  const { lineCount, vehicleCount, displayCount, radiusM, toPosition } = options
  const findWay = createWayFinder(plan)
  const centre = nearestJunction({ x: 0, y: 0 })
  const stops: (Stop & { place: Point; served: number })[] = []
  const lines: Line[] = []
  const firstAngle = random() * Math.PI
  for (let index = 0; index < lineCount; index++) {
    const angle = firstAngle + (index * Math.PI) / lineCount
    const ends = [angle, angle + Math.PI + (random() - 0.5) * 0.5].map((heading) => terminusAt(heading))
    addLine(String(index + 1), ends[0] as number, ends[1] as number)
  }
  const busiest = [...stops].sort((a, b) => b.served - a.served || (a.id < b.id ? -1 : 1))
  return {
    lines,
    stops: stops.map(({ id, name, position }) => ({ id, name, position })),
    displays: busiest.slice(0, displayCount).map(({ id, name, position }, index) => ({
      id: `display-${String(index + 1).padStart(3, '0')}`,
      name,
      position,
      stopId: id,
    })),
    vehicles: Array.from({ length: vehicleCount }, (_, index) => ({
      id: `bus-${101 + index}`,
      name: `Bus ${101 + index}`,
      lineId: (lines[index % lines.length] as Line).id,
      blockIndex: Math.floor(index / lines.length),
      says: SAYS[Math.floor(index / lines.length) % SAYS.length] ?? 'trip',
    })),
  }

  function nearestJunction(place: Point): number {
    let nearest = 0
    for (const [index, junction] of plan.junctions.entries()) {
      if (distanceM(junction, place) < distanceM(plan.junctions[nearest] as Point, place)) nearest = index
    }
    return nearest
  }

  /** The junction in this direction that is four fifths of the way out. */
  function terminusAt(heading: number): number {
    const cost = ({ x, y }: Point): number =>
      Math.abs(Math.hypot(x, y) - 0.8 * radiusM) + radiusM * angleBetween(Math.atan2(y, x), heading)
    let best = 0
    for (const [index, junction] of plan.junctions.entries()) {
      if (cost(junction) < cost(plan.junctions[best] as Point)) best = index
    }
    return best
  }

  function addLine(id: string, from: number, to: number): void {
    const inward = findWay(from, centre)
    const outward = findWay(centre, to)
    const points = [...inward.points, ...outward.points.slice(1)]
    const streets = [...inward.streets, ...outward.streets]
    const lengthM = lengthOfLineM(points)
    const count = Math.max(2, Math.round(lengthM / STOP_EVERY_M) + 1)
    const served: { stopId: string; distanceM: number }[] = []
    for (let index = 0; index < count; index++) {
      const distance = Math.min(lengthM - 15, Math.max(15, (lengthM * index) / (count - 1)))
      const { point } = pointAlong(points, distance)
      const shared = stops
        .filter(({ place }) => distanceM(place, point) <= STOP_SHARED_M)
        .map((stop) => ({ stop, along: distanceOnWay(points, stop.place, distance) }))
        .find(({ along, stop }) => along.offM < 12 && !served.some(({ stopId }) => stopId === stop.id))
      const stop = shared?.stop ?? addStop(point, streetNameAt(streets, distance))
      const distanceM_ = shared?.along.distanceM ?? distance
      if (served.some((other) => distanceM_ <= other.distanceM + 60)) continue
      stop.served++
      served.push({ stopId: stop.id, distanceM: Math.round(distanceM_) })
    }
    const nameOf = (stopId: string | undefined): string =>
      stops.find((stop) => stop.id === stopId)?.name ?? ''
    const termini = [nameOf(served[0]?.stopId), nameOf(served[served.length - 1]?.stopId)] as const
    lines.push({
      id,
      name: `${termini[0]} – ${termini[1]}`,
      termini,
      points: points.map(toPosition),
      lengthM,
      stops: served,
    })
  }

  /** How far along the way a place is, sought near a distance, and how far it is off the way. */
  function distanceOnWay(
    points: readonly Point[],
    place: Point,
    around: number,
  ): { distanceM: number; offM: number } {
    let best = { distanceM: around, offM: Number.POSITIVE_INFINITY }
    for (let along = around - STOP_SHARED_M; along <= around + STOP_SHARED_M; along += 5) {
      const offM = distanceM(pointAlong(points, along).point, place)
      if (offM < best.offM) best = { distanceM: along, offM }
    }
    return best
  }

  function addStop(place: Point, streetName: string): Stop & { place: Point; served: number } {
    const sameStreet = stops.filter(
      ({ name }) => name === streetName || name.startsWith(`${streetName} (`),
    ).length
    const stop = {
      id: `stop-${String(stops.length + 1).padStart(3, '0')}`,
      name: sameStreet === 0 ? streetName : `${streetName} (${sameStreet + 1})`,
      position: toPosition(place),
      place,
      served: 0,
    }
    stops.push(stop)
    return stop
  }

  function streetNameAt(streets: readonly { name: string; lengthM: number }[], distance: number): string {
    let left = distance
    for (const { name, lengthM } of streets) {
      left -= lengthM
      if (left <= 0) return name
    }
    return streets[streets.length - 1]?.name ?? ''
  }
}
