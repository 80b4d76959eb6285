/** The mean radius of the earth (IUGG). */
export const EARTH_RADIUS_M = 6_371_008.8

/** The haversine formula: along the earth's surface, between two points in degrees. */
export function measureMetres(
  fromLongitude: number,
  fromLatitude: number,
  toLongitude: number,
  toLatitude: number,
): number {
  const radians = Math.PI / 180
  const latitudes = Math.sin(((toLatitude - fromLatitude) * radians) / 2) ** 2
  const longitudes = Math.sin(((toLongitude - fromLongitude) * radians) / 2) ** 2
  const scale = Math.cos(fromLatitude * radians) * Math.cos(toLatitude * radians)
  return 2 * EARTH_RADIUS_M * Math.asin(Math.min(1, Math.sqrt(latitudes + scale * longitudes)))
}
