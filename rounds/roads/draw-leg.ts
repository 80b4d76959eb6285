import { type RoadGraph, streetOf } from './road-graph.ts'
import type { Leg } from './roads.ts'
import type { SnappedPlace } from './snap-places.ts'

type Corner = readonly [longitude: number, latitude: number]

/** The corners along arcs that follow each other, from a place on the first to one on the last. */
export function drawLeg(
  { shape, shapeOffsets }: RoadGraph,
  { from, to, arcs }: { from: SnappedPlace; to: SnappedPlace; arcs: readonly number[] },
): Leg {
  const leg: Corner[] = [pointOf(from)]
  for (const [i, arc] of arcs.entries()) {
    const isForward = arc % 2 === 0
    const street = streetOf(arc)
    const lowest = shapeOffsets[street] as number
    const highest = (shapeOffsets[street + 1] as number) - 2
    const start = i === 0 ? from : undefined
    const end = i === arcs.length - 1 ? to : undefined
    // A place lies between its corner and the next, in the order of the way.
    if (isForward) {
      const last = end ? end.corner : highest
      for (let corner = start ? start.corner + 2 : lowest; corner <= last; corner += 2) add(cornerAt(corner))
    } else {
      const last = end ? end.corner + 2 : lowest
      for (let corner = start ? start.corner : highest; corner >= last; corner -= 2) add(cornerAt(corner))
    }
  }
  leg.push(pointOf(to))
  return leg

  function add(corner: Corner): void {
    const before = leg.at(-1) as Corner
    if (before[0] !== corner[0] || before[1] !== corner[1]) leg.push(corner)
  }

  function cornerAt(position: number): Corner {
    return [(shape[position] as number) / 1e7, (shape[position + 1] as number) / 1e7]
  }

  function pointOf({ corner, cornerRatio }: SnappedPlace): Corner {
    const [longitude, latitude] = cornerAt(corner)
    const [nextLongitude, nextLatitude] = cornerAt(corner + 2)
    return [
      round(longitude + cornerRatio * (nextLongitude - longitude)),
      round(latitude + cornerRatio * (nextLatitude - latitude)),
    ]
  }
}

function round(degrees: number): number {
  return Math.round(degrees * 1e7) / 1e7
}
