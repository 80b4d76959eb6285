import { PbfWriter } from 'pbf'
import { TILE_EXTENT } from './street-tiles.ts'

/** Lines that have the same properties; corners are x and y in turn, in whole units of the tile. */
export interface TileFeature {
  readonly properties: Readonly<Record<string, string>>
  readonly lines: readonly (readonly number[])[]
}

const VERSION = 2
const LINESTRING = 2
const [MOVE_TO, LINE_TO] = [1, 2]

/**
 * One layer, as of the Mapbox Vector Tile Specification 2.1; the numbers of the fields are those of `vector_tile.proto`. No
 * bytes where there is no line of two different corners.
 */
export function writeVectorTile(layerName: string, features: readonly TileFeature[]): Uint8Array {
  const drawn = features
    .map(({ properties, lines }) => ({ properties, geometry: writeGeometry(lines) }))
    .filter(({ geometry }) => geometry.length > 0)
  if (drawn.length === 0) return new Uint8Array()
  const keys = new Map<string, number>()
  const values = new Map<string, number>()
  const tile = new PbfWriter()
  tile.writeMessage(
    3,
    (_, layer) => {
      writeVarint(layer, 15, VERSION)
      writeString(layer, 1, layerName)
      for (const { properties, geometry } of drawn) {
        const tags = Object.entries(properties).flatMap(([key, value]) => [
          numberOf(keys, key),
          numberOf(values, value),
        ])
        layer.writeMessage(
          2,
          (__, feature) => {
            feature.writePackedVarint(2, tags)
            writeVarint(feature, 3, LINESTRING)
            feature.writePackedVarint(4, geometry)
          },
          undefined,
        )
      }
      for (const key of keys.keys()) writeString(layer, 3, key)
      for (const value of values.keys()) {
        layer.writeMessage(4, (text: string, pbf) => writeString(pbf, 1, text), value)
      }
      writeVarint(layer, 5, TILE_EXTENT)
    },
    undefined,
  )
  return tile.finish()
}

/** 4.3: commands, and corners as differences from the one before, over all the lines. A line has no two equal corners in a row. */
function writeGeometry(lines: readonly (readonly number[])[]): number[] {
  const geometry: number[] = []
  let [x, y] = [0, 0]
  for (const line of lines) {
    const corners = leaveOutRepeats(line)
    const count = corners.length / 2
    if (count < 2) continue
    for (let i = 0; i < corners.length; i += 2) {
      if (i === 0) geometry.push(command(MOVE_TO, 1))
      if (i === 2) geometry.push(command(LINE_TO, count - 1))
      const [nextX, nextY] = [corners[i] as number, corners[i + 1] as number]
      geometry.push(zigzag(nextX - x), zigzag(nextY - y))
      x = nextX
      y = nextY
    }
  }
  return geometry
}

function leaveOutRepeats(line: readonly number[]): number[] {
  const corners: number[] = []
  for (let i = 0; i < line.length; i += 2) {
    const [x, y] = [line[i] as number, line[i + 1] as number]
    if (x !== corners.at(-2) || y !== corners.at(-1)) corners.push(x, y)
  }
  return corners
}

function command(id: number, count: number): number {
  return id | (count << 3)
}

function zigzag(value: number): number {
  return (value << 1) ^ (value >> 31)
}

function numberOf(numbers: Map<string, number>, text: string): number {
  const number = numbers.get(text) ?? numbers.size
  numbers.set(text, number)
  return number
}

function writeVarint(pbf: PbfWriter, field: number, value: number): void {
  pbf.writeTag(field, 0)
  pbf.writeVarint(value)
}

function writeString(pbf: PbfWriter, field: number, value: string): void {
  pbf.writeTag(field, 2)
  pbf.writeString(value)
}
