import { EARTH_RADIUS_M } from '../../model/measure-metres.ts'

const RADIANS = Math.PI / 180
/** The narrowest that a degree of longitude is taken for, so that the cells near a pole stay finite. */
const COSINE_MIN = 0.01

interface Point {
  readonly longitude: number
  readonly latitude: number
}

/** Calls for each point within reach of a place, with its index and its distance in metres. */
export type VisitNearby = (
  longitude: number,
  latitude: number,
  visit: (index: number, metres: number) => void,
) => void

/** Sorted into cells of the reach's size, so that only nine of them are looked through; distances are those of a plane. */
export function indexNearby(points: readonly Point[], reachM: number): VisitNearby {
  const metresPerDegree = EARTH_RADIUS_M * RADIANS
  const middle = points.reduce((sum, { latitude }) => sum + latitude / points.length, 0)
  const cosine = Math.max(COSINE_MIN, Math.cos(middle * RADIANS))
  const columnOf = (longitude: number): number => Math.floor((longitude * metresPerDegree * cosine) / reachM)
  const rowOf = (latitude: number): number => Math.floor((latitude * metresPerDegree) / reachM)
  const cells = new Map<string, number[]>()
  for (const [index, { longitude, latitude }] of points.entries()) {
    const key = `${columnOf(longitude)},${rowOf(latitude)}`
    const cell = cells.get(key)
    if (cell) cell.push(index)
    else cells.set(key, [index])
  }
  return (longitude, latitude, visit) => {
    if (points.length === 0) return
    const column = columnOf(longitude)
    const row = rowOf(latitude)
    for (let x = column - 1; x <= column + 1; x++) {
      for (let y = row - 1; y <= row + 1; y++) {
        for (const index of cells.get(`${x},${y}`) ?? []) {
          const point = points[index] as Point
          const metres = Math.hypot(
            (point.longitude - longitude) * metresPerDegree * cosine,
            (point.latitude - latitude) * metresPerDegree,
          )
          if (metres <= reachM) visit(index, metres)
        }
      }
    }
  }
}
