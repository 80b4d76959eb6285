import type { RoadGraph } from '../road-graph.ts'
import { ROAD_CLASSES } from '../roads.ts'
import { clipLine } from './clip-line.ts'
import { simplifyLine } from './simplify-line.ts'
import { type Box, createStreetIndex } from './street-index.ts'
import { STREET_ZOOM_MAX, TILE_BUFFER, TILE_EXTENT, type TileAddress } from './street-tiles.ts'
import { type TileFeature, writeVectorTile } from './write-vector-tile.ts'

type Streets = Pick<RoadGraph, 'classes' | 'shape' | 'shapeOffsets' | 'names' | 'nameOffsets' | 'nameBytes'>

/** Half a pixel of a map whose tiles are 512 wide. */
const TOLERANCE = 4

/** Draws the tiles of a graph; the index of its streets is built once. */
export function createTileDrawing(streets: Streets): (tile: TileAddress) => Uint8Array {
  const search = createStreetIndex(streets)

  return (tile) => {
    const tolerance = tile.z === STREET_ZOOM_MAX ? 0 : TOLERANCE
    // Streets of one class and name are one feature: less to send, and its name is laid along all of it.
    const features = new Map<string, { street: number; lines: number[][] }>()
    search(tile.z, boxOf(tile), (street) => {
      // What is simplified is the whole street, so that a neighbouring tile goes on where this one ends.
      const line = simplifyLine(project(street, tile), tolerance)
      const parts = clipLine(line, -TILE_BUFFER, TILE_EXTENT + TILE_BUFFER)
      if (parts.length === 0) return
      const key = `${streets.classes[street]} ${streets.names[street]}`
      const feature = features.get(key) ?? { street, lines: [] }
      for (const part of parts) feature.lines.push(part.map(Math.round))
      features.set(key, feature)
    })
    return writeVectorTile('streets', [...features.values()].map(describe))
  }

  function describe({ street, lines }: { street: number; lines: number[][] }): TileFeature {
    const name = nameOf(street)
    const roadClass = ROAD_CLASSES[streets.classes[street] as number] ?? ''
    return { properties: { class: roadClass, ...(name !== '' && { name }) }, lines }
  }

  function nameOf(street: number): string {
    const number = streets.names[street] as number
    const [from, to] = [streets.nameOffsets[number], streets.nameOffsets[number + 1]]
    return Buffer.from(streets.nameBytes.subarray(from, to)).toString()
  }

  /** Its corners in units of the tile, x and y in turn. */
  function project(street: number, { z, x, y }: TileAddress): number[] {
    const line: number[] = []
    const units = TILE_EXTENT * 2 ** z
    const to = streets.shapeOffsets[street + 1] as number
    for (let i = streets.shapeOffsets[street] as number; i < to; i += 2) {
      const latitude = ((streets.shape[i + 1] as number) / 1e7) * (Math.PI / 180)
      const across = (streets.shape[i] as number) / 360e7 + 0.5
      const down = 0.5 - Math.asinh(Math.tan(latitude)) / (2 * Math.PI)
      line.push(across * units - x * TILE_EXTENT, down * units - y * TILE_EXTENT)
    }
    return line
  }
}

/** What of the earth is on a tile and its buffer. */
function boxOf({ z, x, y }: TileAddress): Box {
  const buffer = TILE_BUFFER / TILE_EXTENT
  const longitudeAt = (column: number): number => (column / 2 ** z - 0.5) * 360e7
  const latitudeAt = (row: number): number =>
    (Math.atan(Math.sinh((0.5 - row / 2 ** z) * 2 * Math.PI)) / Math.PI) * 180e7
  return [
    longitudeAt(x - buffer),
    latitudeAt(y + 1 + buffer),
    longitudeAt(x + 1 + buffer),
    latitudeAt(y - buffer),
  ]
}
