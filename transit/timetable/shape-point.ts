import type { Shapes } from './timetable.ts'

/** In metres. */
export function shapeLength({ firstPoints, distances }: Shapes, shape: number): number {
  const end = firstPoints[shape + 1] ?? 0
  return end > (firstPoints[shape] ?? 0) ? (distances[end - 1] ?? 0) : 0
}

/** `[longitude, latitude]` so many metres along a shape; its ends for what is beyond them. Undefined for one without points. */
export function pointOnShape(
  { firstPoints, distances, longitudes, latitudes }: Shapes,
  shape: number,
  metres: number,
): readonly [number, number] | undefined {
  const first = firstPoints[shape] ?? 0
  const last = (firstPoints[shape + 1] ?? 0) - 1
  if (last < first) return undefined
  let low = first
  let high = last
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if ((distances[middle] as number) <= metres) low = middle
    else high = middle
  }
  const length = (distances[high] as number) - (distances[low] as number)
  const along = length > 0 ? (metres - (distances[low] as number)) / length : 0
  const ratio = Math.max(0, Math.min(1, along))
  const between = (values: Float64Array): number =>
    (values[low] as number) + ratio * ((values[high] as number) - (values[low] as number))
  return [between(longitudes), between(latitudes)]
}
