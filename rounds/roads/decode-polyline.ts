import type { Leg } from './roads.ts'

/**
 * Google's encoded polyline (https://developers.google.com/maps/documentation/utilities/polylinealgorithm) with six
 * digits, as Valhalla writes it: latitude and longitude in turn, each as the difference from the one before.
 */
export function decodePolyline(text: string): Leg {
  const leg: [number, number][] = []
  let position = 0
  let [latitude, longitude] = [0, 0]
  while (position < text.length) {
    latitude += readNumber()
    longitude += readNumber()
    leg.push([longitude / 1e6, latitude / 1e6])
  }
  return leg

  function readNumber(): number {
    let [value, shift, chunk] = [0, 0, 0]
    do {
      chunk = text.charCodeAt(position++) - 63
      value |= (chunk & 31) << shift
      shift += 5
    } while (chunk >= 32)
    // The sign is in the last bit.
    return value & 1 ? ~(value >> 1) : value >> 1
  }
}
