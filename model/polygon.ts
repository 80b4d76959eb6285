import { z } from 'zod'

/** More in all rings together are not needed for the border of a town. */
const CORNERS_MAX = 1_000

const ringSchema = z
  .array(z.tuple([z.number().min(-180).max(180), z.number().min(-90).max(90)]))
  .min(4)
  .refine((ring) => isClosed(ring), 'a ring ends with the corner that it begins with')

/** A GeoJSON Polygon (RFC 7946, 3.1.6): an outer ring of `[longitude, latitude]`, then the holes in it. */
export const polygonSchema = z.strictObject({
  type: z.literal('Polygon'),
  coordinates: z
    .array(ringSchema)
    .min(1)
    .refine(
      (rings) => rings.reduce((sum, ring) => sum + ring.length, 0) <= CORNERS_MAX,
      `must have ${CORNERS_MAX} corners at most`,
    ),
})
type Polygon = z.infer<typeof polygonSchema>

/** Whether a place lies in a polygon and in none of its holes, by the even-odd rule. */
export function isInPolygon({ coordinates }: Polygon, longitude: number, latitude: number): boolean {
  let inside = false
  for (const ring of coordinates) {
    for (const [index, [bx, by]] of ring.entries()) {
      const [ax, ay] = ring.at(index - 1) ?? [bx, by]
      const crosses = ay > latitude !== by > latitude
      if (crosses && longitude < ax + ((bx - ax) * (latitude - ay)) / (by - ay)) inside = !inside
    }
  }
  return inside
}

function isClosed(ring: readonly (readonly [number, number])[]): boolean {
  const [first, last] = [ring[0], ring.at(-1)]
  return first !== undefined && first[0] === last?.[0] && first[1] === last[1]
}
