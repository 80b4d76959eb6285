import type { Shapes } from '../timetable/timetable.ts'

const METRES_PER_DEGREE = 111_195

/** Whether a place is at most so far from a line; true where there is none to be off. */
export function isNearShape(
  { firstPoints, longitudes, latitudes }: Shapes,
  shape: number,
  longitude: number,
  latitude: number,
  metres: number,
): boolean {
  if (shape < 0) return true
  const first = firstPoints[shape] as number
  const end = firstPoints[shape + 1] as number
  if (end === first) return true
  // Flat around the place, which over some hundred metres is exact to millimetres.
  const perLongitude = METRES_PER_DEGREE * Math.cos((latitude * Math.PI) / 180)
  const square = metres * metres
  let x = ((longitudes[first] as number) - longitude) * perLongitude
  let y = ((latitudes[first] as number) - latitude) * METRES_PER_DEGREE
  if (x * x + y * y <= square) return true
  for (let point = first + 1; point < end; point += 1) {
    const nextX = ((longitudes[point] as number) - longitude) * perLongitude
    const nextY = ((latitudes[point] as number) - latitude) * METRES_PER_DEGREE
    const [dx, dy] = [nextX - x, nextY - y]
    const length = dx * dx + dy * dy
    const share = length === 0 ? 0 : Math.min(1, Math.max(0, -(x * dx + y * dy) / length))
    const [nearX, nearY] = [x + share * dx, y + share * dy]
    if (nearX * nearX + nearY * nearY <= square) return true
    x = nextX
    y = nextY
  }
  return false
}
