import type { RoadGraph } from './road-graph.ts'
import type { RoadEdges } from './roads.ts'

/** The streets of a graph for those who know their traffic: an edge is a street, with the same number. */
export function describeEdges({ shape, shapeOffsets, classes, lengths }: RoadGraph): RoadEdges {
  const count = classes.length
  const longitudes = new Float64Array(count)
  const latitudes = new Float64Array(count)
  for (let street = 0; street < count; street++) {
    const middle = findMiddle(shape.subarray(shapeOffsets[street], shapeOffsets[street + 1]))
    longitudes[street] = middle[0] / 1e7
    latitudes[street] = middle[1] / 1e7
  }
  return { count, classes, longitudes, latitudes, lengths: Float64Array.from(lengths, (cm) => cm / 100) }
}

/** Half of the way along corners that are given as longitude and latitude in turn. */
function findMiddle(corners: Int32Array): readonly [number, number] {
  const scale = Math.cos(((corners[1] as number) / 1e7) * (Math.PI / 180))
  const lengthOf = (i: number): number =>
    Math.hypot(
      ((corners[i + 2] as number) - (corners[i] as number)) * scale,
      (corners[i + 3] as number) - (corners[i + 1] as number),
    )
  let whole = 0
  for (let i = 0; i < corners.length - 2; i += 2) whole += lengthOf(i)
  let left = whole / 2
  for (let i = 0; i < corners.length - 2; i += 2) {
    const length = lengthOf(i)
    if (length < left) {
      left -= length
      continue
    }
    const ratio = length === 0 ? 0 : left / length
    const [x, y] = [corners[i] as number, corners[i + 1] as number]
    return [x + ratio * ((corners[i + 2] as number) - x), y + ratio * ((corners[i + 3] as number) - y)]
  }
  return [corners[0] as number, corners[1] as number]
}
