/** The earth's mean radius in metres (IUGG). */
export const EARTH_RADIUS_M = 6_371_008.8
const RADIANS = Math.PI / 180

/** Metres between two places on the earth, by the haversine formula. */
export function measureMetres(
  longitude: number,
  latitude: number,
  otherLongitude: number,
  otherLatitude: number,
): number {
  const sinLatitude = Math.sin(((otherLatitude - latitude) * RADIANS) / 2)
  const sinLongitude = Math.sin(((otherLongitude - longitude) * RADIANS) / 2)
  const half =
    sinLatitude * sinLatitude +
    Math.cos(latitude * RADIANS) * Math.cos(otherLatitude * RADIANS) * sinLongitude * sinLongitude
  return 2 * EARTH_RADIUS_M * Math.asin(Math.min(1, Math.sqrt(half)))
}
