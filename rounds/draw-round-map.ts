import type { LorryRound, RoundStop } from '../model/round.ts'

/** The drawing's units: a millimetre on a printed page. */
const WIDTH = 180
const HEIGHT_MAX = 110
const HEIGHT_MIN = 50
const MARGIN = 7
/** Below this the numbers of neighbouring stops would cover each other. */
const LABEL_GAP = 3.2
const METRES_PER_DEGREE = 111_195

/** Where a place is in the drawing. */
type Point = readonly [x: number, y: number]

/**
 * A lorry's way and stops as an SVG element of its own: no image and no script from anywhere. North is up; `numbers` has
 * each stop's number in the list beside it, where it has one. Lengths are true in the middle of the map (equirectangular).
 */
export function drawRoundMap({ stops, geometry }: LorryRound, numbers: readonly (number | null)[]): string {
  const places = [
    ...geometry.coordinates,
    ...stops.map(({ longitude, latitude }) => [longitude, latitude]),
  ] as [number, number][]
  if (places.length === 0) return ''
  const { project, height, unitsPerM } = fitInto(places)
  const way = geometry.coordinates.map(([longitude, latitude]) => project(longitude ?? 0, latitude ?? 0))
  const marks = stops.map((stop, index) =>
    drawStop(stop, project(stop.longitude, stop.latitude), numbers[index]),
  )
  const labels: Point[] = []
  const texts = stops.flatMap(({ longitude, latitude }, index) => {
    const number = numbers[index]
    const [x, y] = project(longitude, latitude)
    if (number === null || number === undefined) return []
    if (labels.some(([a, b]) => Math.hypot(a - x, b - y) < LABEL_GAP)) return []
    labels.push([x, y])
    return [`<text x="${x + 1.5}" y="${y - 1.1}">${number}</text>`]
  })
  return [
    `<svg class="map" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="Map of the round">`,
    `<rect class="ground" width="${WIDTH}" height="${height}"/>`,
    `<polyline class="way" points="${way.map(([x, y]) => `${x},${y}`).join(' ')}"/>`,
    ...marks,
    ...texts,
    drawScale(unitsPerM, height),
    '</svg>',
  ].join('\n')
}

function fitInto(places: readonly (readonly [number, number])[]): {
  project: (longitude: number, latitude: number) => Point
  height: number
  unitsPerM: number
} {
  let [west, south, east, north] = [Infinity, Infinity, -Infinity, -Infinity]
  for (const [longitude, latitude] of places) {
    west = Math.min(west, longitude)
    east = Math.max(east, longitude)
    south = Math.min(south, latitude)
    north = Math.max(north, latitude)
  }
  const metresPerLongitude = METRES_PER_DEGREE * Math.cos((((south + north) / 2) * Math.PI) / 180)
  // A round of one place is drawn as if it were 100 m wide.
  const widthM = Math.max((east - west) * metresPerLongitude, 100)
  const heightM = Math.max((north - south) * METRES_PER_DEGREE, 50)
  const unitsPerM = Math.min((WIDTH - 2 * MARGIN) / widthM, (HEIGHT_MAX - 2 * MARGIN) / heightM)
  const height = round(Math.max(HEIGHT_MIN, heightM * unitsPerM + 2 * MARGIN))
  const [middleLongitude, middleLatitude] = [(west + east) / 2, (south + north) / 2]
  return {
    unitsPerM,
    height,
    project: (longitude, latitude) => [
      round(WIDTH / 2 + (longitude - middleLongitude) * metresPerLongitude * unitsPerM),
      round(height / 2 - (latitude - middleLatitude) * METRES_PER_DEGREE * unitsPerM),
    ],
  }
}

function drawStop({ type }: RoundStop, [x, y]: Point, number: number | null | undefined): string {
  if (type === 'tip') return `<rect class="tip" x="${x - 1.4}" y="${y - 1.4}" width="2.8" height="2.8"/>`
  if (type === 'lift') return `<circle class="lift" cx="${x}" cy="${y}" r="${number === null ? 0.8 : 1.1}"/>`
  if (type === 'start' || type === 'end') {
    return `<path class="depot" d="M${x} ${round(y - 2.2)} l2.2 2.2 l-2.2 2.2 l-2.2 -2.2 z"/>`
  }
  return ''
}

/** The longest of 1, 2 or 5 times a power of ten that takes at most a quarter of the width. */
function drawScale(unitsPerM: number, height: number): string {
  const longest = WIDTH / 4 / unitsPerM
  const power = 10 ** Math.floor(Math.log10(longest))
  const metres = power * ([5, 2].find((step) => step * power <= longest) ?? 1)
  const length = round(metres * unitsPerM)
  const y = height - 3
  const text = metres >= 1000 ? `${metres / 1000} km` : `${metres} m`
  return [
    `<path class="scale" d="M4 ${y - 1.5} v1.5 h${length} v-1.5"/>`,
    `<text x="${round(5 + length)}" y="${y}">${text}</text>`,
  ].join('')
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}
