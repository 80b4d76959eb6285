import type { MapGeoJSONFeature, Map as MapLibreMap } from 'maplibre-gl'
import type { Corner } from './round.ts'

/** A street between two crossings, as the map has it. */
export interface StreetPiece {
  /** '' where it has none. */
  readonly name: string
  readonly line: readonly Corner[]
}

const SOURCE = 'streets'
const METRES_PER_DEGREE = 111_195
/** How far beside a street one may click, in pixels. */
const REACH_PX = 8

/** The street that is nearest to where somebody clicked; undefined where there is none near. */
export function findPieceAt(map: MapLibreMap, point: { x: number; y: number }): StreetPiece | undefined {
  const layers = map.getStyle().layers.filter((layer) => 'source' in layer && layer.source === SOURCE)
  const ids = layers.filter(({ type }) => type === 'line').map(({ id }) => id)
  const found = map.queryRenderedFeatures(
    [
      [point.x - REACH_PX, point.y - REACH_PX],
      [point.x + REACH_PX, point.y + REACH_PX],
    ],
    { layers: ids },
  )
  const click = map.unproject([point.x, point.y])
  const pieces = found.flatMap(listPieces)
  return pieces
    .map((piece) => ({ piece, distance: distanceTo(piece.line, [click.lng, click.lat]) }))
    .sort((a, b) => a.distance - b.distance)[0]?.piece
}

/** Of the streets that the map shows now, those with a name, by it. */
export function listNamedPieces(map: MapLibreMap): Map<string, StreetPiece[]> {
  if (!map.getSource(SOURCE)) return new Map()
  const features = map.querySourceFeatures(SOURCE, { sourceLayer: SOURCE })
  const bounds = map.getBounds()
  const pieces = features
    .flatMap((feature) => listPieces(feature as MapGeoJSONFeature))
    .filter(({ name, line }) => name !== '' && line.some(([x, y]) => bounds.contains([x, y])))
  const byName = Map.groupBy(pieces, ({ name }) => name)
  return new Map([...byName].sort(([a], [b]) => a.localeCompare(b)))
}

/**
 * A small square around the middle of a street: what crosses it is closed, so the street is, from crossing to crossing, and not
 * those that meet it at its ends. It is larger where the map is too far away to know where the street is exactly.
 */
export function closePiece({ line }: StreetPiece, zoom: number): readonly Corner[] {
  const [longitude, latitude] = middleOf(line)
  const halfM = zoom >= 14 ? 3 : Math.min(3 * 2 ** (14 - zoom), 25)
  const dy = halfM / METRES_PER_DEGREE
  const dx = dy / Math.cos((latitude * Math.PI) / 180)
  return [
    [longitude - dx, latitude - dy],
    [longitude + dx, latitude - dy],
    [longitude + dx, latitude + dy],
    [longitude - dx, latitude + dy],
  ]
}

/** Corners of a circle around a place. */
export function closeAround([longitude, latitude]: Corner, radiusM: number): readonly Corner[] {
  const dy = radiusM / METRES_PER_DEGREE
  const dx = dy / Math.cos((latitude * Math.PI) / 180)
  return Array.from({ length: 24 }, (_, index) => {
    const angle = (index / 12) * Math.PI
    return [longitude + dx * Math.cos(angle), latitude + dy * Math.sin(angle)] as const
  })
}

function listPieces({ geometry, properties }: MapGeoJSONFeature): StreetPiece[] {
  const name = String(properties?.['name'] ?? '')
  if (geometry.type === 'LineString') return [{ name, line: geometry.coordinates as unknown as Corner[] }]
  if (geometry.type !== 'MultiLineString') return []
  const lines = geometry.coordinates as unknown as Corner[][]
  return lines.map((line) => ({ name, line }))
}

/** Half of its length along it. */
function middleOf(line: readonly Corner[]): Corner {
  const lengths = line.slice(1).map((corner, index) => Math.hypot(...apart(line[index] ?? corner, corner)))
  let rest = lengths.reduce((sum, length) => sum + length, 0) / 2
  for (const [index, length] of lengths.entries()) {
    const [from, to] = [line[index], line[index + 1]]
    if (from && to && rest <= length && length > 0) {
      const share = rest / length
      return [from[0] + (to[0] - from[0]) * share, from[1] + (to[1] - from[1]) * share]
    }
    rest -= length
  }
  return line[0] ?? [0, 0]
}

/** In metres. */
function distanceTo(line: readonly Corner[], place: Corner): number {
  const distances = line.slice(1).map((corner, index) => {
    const from = line[index] ?? corner
    const [ax, ay] = apart(from, corner)
    const [px, py] = apart(from, place)
    const share = Math.max(0, Math.min(1, (ax * px + ay * py) / (ax * ax + ay * ay || 1)))
    return Math.hypot(px - share * ax, py - share * ay)
  })
  return Math.min(...distances)
}

/** East and north, in metres. */
function apart(from: Corner, to: Corner): readonly [number, number] {
  const latitude = (from[1] * Math.PI) / 180
  return [(to[0] - from[0]) * METRES_PER_DEGREE * Math.cos(latitude), (to[1] - from[1]) * METRES_PER_DEGREE]
}
