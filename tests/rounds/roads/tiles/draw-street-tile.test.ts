import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { importOsm } from '../../../../rounds/roads/import-osm.ts'
import { readOsm } from '../../../../rounds/roads/read-osm.ts'
import type { RoadGraph } from '../../../../rounds/roads/road-graph.ts'
import { ROAD_CLASSES } from '../../../../rounds/roads/roads.ts'
import { createTileDrawing } from '../../../../rounds/roads/tiles/draw-street-tile.ts'
import { buildTownRoads } from '../../../../wiring/build-town-roads.ts'
import { findTestData } from '../../../fixtures/find-test-data.ts'
import { readVectorTile, type TileLayer } from '../../../fixtures/read-vector-tile.ts'

type Point = readonly [number, number]
type Tile = readonly [z: number, x: number, y: number]

const data = findTestData('routing/osm')
const EXTENT = 4096
const BUFFER = 64

/** Where a place is on the whole map of a zoom, in units of its tiles. */
function project(z: number, longitude: number, latitude: number): Point {
  const sine = Math.sin((latitude * Math.PI) / 180)
  const down = 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)
  return [(longitude / 360 + 0.5) * 2 ** z * EXTENT, down * 2 ** z * EXTENT]
}

function listTiles({ about: { bounds } }: RoadGraph, z: number): Tile[] {
  const [west, south, east, north] = bounds
  const [fromX, fromY] = project(z, west, north).map((units) => Math.floor(units / EXTENT)) as [
    number,
    number,
  ]
  const [toX, toY] = project(z, east, south).map((units) => Math.floor(units / EXTENT)) as [number, number]
  const tiles: Tile[] = []
  for (let x = fromX; x <= toX; x++) for (let y = fromY; y <= toY; y++) tiles.push([z, x, y])
  return tiles
}

function listCorners({ shape, shapeOffsets }: RoadGraph, street: number, z: number): Point[] {
  const corners: Point[] = []
  for (let i = shapeOffsets[street] as number; i < (shapeOffsets[street + 1] as number); i += 2) {
    corners.push(project(z, (shape[i] as number) / 1e7, (shape[i + 1] as number) / 1e7))
  }
  return corners
}

function nameOf({ names, nameOffsets, nameBytes }: RoadGraph, street: number): string {
  const number = names[street] as number
  return Buffer.from(nameBytes.slice(nameOffsets[number], nameOffsets[number + 1])).toString()
}

function distanceToLine([x, y]: Point, line: TileLayer['features'][number]['lines'][number]): number {
  let least = Number.POSITIVE_INFINITY
  for (const [index, b] of line.entries()) {
    const a = line[index - 1] ?? b
    const [dx, dy] = [b.x - a.x, b.y - a.y]
    const square = dx * dx + dy * dy
    const along = square === 0 ? 0 : Math.max(0, Math.min(1, ((x - a.x) * dx + (y - a.y) * dy) / square))
    least = Math.min(least, Math.hypot(x - a.x - along * dx, y - a.y - along * dy))
  }
  return least
}

/** The tiles of a zoom, decoded; what is empty is left out. */
function drawAll(graph: RoadGraph, z: number): { tile: Tile; layer: TileLayer }[] {
  const draw = createTileDrawing(graph)
  return listTiles(graph, z).flatMap((tile) => {
    const [, x, y] = tile
    const layer = readVectorTile(draw({ z, x, y }))['streets']
    return layer ? [{ tile, layer }] : []
  })
}

describe.each([
  ['the simulated town', async () => buildTownRoads(1)],
  ...(data ? [['Andorra', () => importOsm(join(data, 'andorra.osm.pbf'))] as const] : []),
] as const)('the tiles of %s', (_, open) => {
  let graph: RoadGraph
  beforeAll(async () => {
    graph = await open()
  }, 60_000)

  // Half a unit is what rounding to whole ones may move a corner on each axis.
  test.each([
    [14, 1],
    [13, 5],
    [11, 5],
    [9, 5],
  ])(
    'at zoom %i have every street that is shown there, with its class and name, %i units off at most',
    {
      timeout: 60_000,
    },
    (z, offMax) => {
      const tiles = new Map(drawAll(graph, z).map(({ tile, layer }) => [tile.join('/'), layer]))
      let checked = 0
      const faults: string[] = []
      const shown = new Set<unknown>(
        [...tiles.values()].flatMap(({ features }) => features.map(({ properties }) => properties['class'])),
      )
      for (const [street, roadClass] of graph.classes.entries()) {
        const className = ROAD_CLASSES[roadClass] as string
        if (!shown.has(className)) continue
        const name = nameOf(graph, street)
        for (const [x, y] of listCorners(graph, street, z)) {
          const [column, row] = [Math.floor(x / EXTENT), Math.floor(y / EXTENT)]
          const point: Point = [x - column * EXTENT, y - row * EXTENT]
          const lines =
            tiles
              .get([z, column, row].join('/'))
              ?.features.filter(
                ({ properties }) => properties['class'] === className && (properties['name'] ?? '') === name,
              )
              .flatMap((feature) => feature.lines) ?? []
          const off = Math.min(...lines.map((line) => distanceToLine(point, line)))
          checked++
          // A street shorter than a unit is a dot, and dots are not drawn.
          const isDot = off > offMax && isSmall(listCorners(graph, street, z))
          if (off > offMax && !isDot) faults.push(`${className} ${name} of street ${street}: ${off}`)
        }
      }
      expect(faults.slice(0, 5)).toEqual([])
      expect(checked).toBeGreaterThan(100)
    },
  )

  test.each([14, 11])('at zoom %i have nothing that is no street', { timeout: 60_000 }, (z) => {
    const streetsOf = new Map<string, { x: number; y: number }[][]>()
    for (const [street, roadClass] of graph.classes.entries()) {
      const key = `${ROAD_CLASSES[roadClass]} ${nameOf(graph, street)}`
      const corners = listCorners(graph, street, z).map(([x, y]) => ({ x, y }))
      streetsOf.set(key, [...(streetsOf.get(key) ?? []), corners])
    }
    let checked = 0
    for (const { tile, layer } of drawAll(graph, z)) {
      const [, column, row] = tile
      for (const { lines, properties } of layer.features) {
        const streets = streetsOf.get(`${properties['class']} ${properties['name'] ?? ''}`) ?? []
        for (const line of lines) {
          for (const [index, b] of line.entries()) {
            const a = line[index - 1] ?? b
            const middle: Point = [column * EXTENT + (a.x + b.x) / 2, row * EXTENT + (a.y + b.y) / 2]
            checked++
            const off = Math.min(...streets.map((corners) => distanceToLine(middle, corners)))
            if (off > 5) throw new Error(`${properties['class']} ${properties['name']} is ${off} units off`)
          }
        }
      }
    }
    expect(checked).toBeGreaterThan(100)
  })

  test('show the larger streets first, and all of them at last', () => {
    const classesAt = (z: number): string[] =>
      [
        ...new Set(
          drawAll(graph, z).flatMap(({ layer }) =>
            layer.features.map(({ properties }) => properties['class']),
          ),
        ),
      ] as string[]
    expect(classesAt(7)).toEqual(expect.arrayContaining(['primary']))
    expect(classesAt(7)).not.toContain('residential')
    expect(classesAt(14).sort()).toEqual(
      [...new Set([...graph.classes].map((roadClass) => ROAD_CLASSES[roadClass]))].sort(),
    )
  })

  test('keep to the specification: whole units within the buffer, and no step of no length', () => {
    for (const z of [7, 10, 13, 14]) {
      const tiles = drawAll(graph, z)
      expect(tiles.length).toBeGreaterThan(0)
      for (const { layer } of tiles) {
        expect([layer.version, layer.extent]).toEqual([2, EXTENT])
        for (const { type, lines, properties } of layer.features) {
          expect(type).toBe(2)
          expect(ROAD_CLASSES).toContain(properties['class'])
          expect(properties['name']).not.toBe('')
          for (const line of lines) {
            expect(line.length).toBeGreaterThan(1)
            for (const [index, { x, y }] of line.entries()) {
              const before = line[index - 1]
              const isWithin = Math.min(x, y) >= -BUFFER && Math.max(x, y) <= EXTENT + BUFFER
              if (!isWithin || (before && before.x === x && before.y === y))
                throw new Error(`${z}: ${JSON.stringify(line)}`)
            }
          }
        }
      }
    }
  })

  test('go on where the next one ends', () => {
    // Where lines cross the edge between two tiles, seen from either.
    const crossings = (layer: TileLayer, edge: number): number[] =>
      layer.features.flatMap(({ lines }) =>
        lines.flatMap((line) =>
          line.flatMap((b, index) => {
            const a = line[index - 1]
            if (!a || a.x === b.x || Math.min(a.x, b.x) > edge || Math.max(a.x, b.x) < edge) return []
            const y = a.y + ((edge - a.x) / (b.x - a.x)) * (b.y - a.y)
            return y > 0 && y < EXTENT ? [y] : []
          }),
        ),
      )
    let compared = 0
    for (const z of [11, 13, 14]) {
      const tiles = new Map(drawAll(graph, z).map(({ tile, layer }) => [tile.join('/'), layer]))
      for (const [key, layer] of tiles) {
        const [, x, y] = key.split('/').map(Number) as [number, number, number]
        const east = tiles.get([z, x + 1, y].join('/'))
        if (!east) continue
        const [own, other] = [crossings(layer, EXTENT), crossings(east, 0)]
        // Seen from one side, a line may end in a unit of the edge that it crosses from the other.
        for (const at of own) expect(Math.min(...other.map((y2) => Math.abs(y2 - at)))).toBeLessThan(3)
        compared += own.length
      }
    }
    expect(compared).toBeGreaterThan(5)
  })

  test('are none where no street is', () => {
    expect(createTileDrawing(graph)({ z: 14, x: 0, y: 0 })).toHaveLength(0)
  })
})

function isSmall(corners: readonly Point[]): boolean {
  const [xs, ys] = [corners.map(([x]) => x), corners.map(([, y]) => y)]
  return Math.max(...xs) - Math.min(...xs) < 8 && Math.max(...ys) - Math.min(...ys) < 8
}

test.skipIf(!data)('an imported street has the name that its way has, or its number', async () => {
  const path = join(data as string, 'andorra.osm.pbf')
  const graph = await importOsm(path)
  const names = new Map<number, string>()
  await readOsm(path, {
    onWay: ({ id, tags }) => names.set(id, tags['name'] ?? tags['ref'] ?? ''),
  })
  const named = [...graph.wayIds].map((id, street) => [names.get(id), nameOf(graph, street)])
  expect(named.filter(([wanted, given]) => wanted !== given)).toEqual([])
  expect(new Set(named.map(([, given]) => given)).size).toBeGreaterThan(200)
  expect(named.some(([, given]) => given === '')).toBe(true)
})
