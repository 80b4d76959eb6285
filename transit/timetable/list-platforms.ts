import type { Stops } from './timetable.ts'

const known = new WeakMap<Stops, ReadonlyMap<number, readonly number[]>>()

/** A stop itself, and the stops whose station it is. */
export function listPlatforms(stops: Stops, stop: number): number[] {
  let ofStations = known.get(stops)
  if (!ofStations) {
    ofStations = groupByStation(stops)
    known.set(stops, ofStations)
  }
  return [stop, ...(ofStations.get(stop) ?? [])]
}

function groupByStation({ count, parents, locationTypes }: Stops): Map<number, number[]> {
  const ofStations = new Map<number, number[]>()
  for (let child = 0; child < count; child += 1) {
    const parent = parents[child] as number
    if (parent < 0 || locationTypes[child] !== 0) continue
    const list = ofStations.get(parent)
    if (list) list.push(child)
    else ofStations.set(parent, [child])
  }
  return ofStations
}
