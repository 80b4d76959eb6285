import type { RoadGraph } from '../road-graph.ts'
import { STREET_ZOOM_MAX } from './street-tiles.ts'

/** West, south, east and north, in 10⁻⁷ degrees. */
export type Box = readonly [number, number, number, number]

/** Calls back with each street, once, that is shown at a zoom and may reach into a box; the least important first. */
export type StreetIndex = (zoom: number, box: Box, onStreet: (street: number) => void) => void

type Streets = Pick<RoadGraph, 'classes' | 'shape' | 'shapeOffsets'>

/** By `ROAD_CLASSES`, the zoom from which on streets are shown: earlier, there would be too many to tell apart. */
const ZOOMS = [5, 9, 6, 9, 7, 10, 9, 11, 10, 12, 12, 12, 12, 13, 13]
/** A grid finer than this is no use, and of a map of the whole earth it would be too large. */
const CELLS_MAX = 1_000_000

/** A grid for the streets that appear at the same zoom, in flat arrays: some 6 bytes a street. */
export function createStreetIndex(streets: Streets): StreetIndex {
  const grids = [...new Set(ZOOMS)]
    .sort((a, b) => b - a)
    .flatMap((zoom) => {
      const grid = createGrid(streets, zoom)
      return grid ? [{ zoom, search: grid }] : []
    })
  return (zoom, box, onStreet) => {
    for (const grid of grids) if (grid.zoom <= zoom) grid.search(box, onStreet)
  }
}

function createGrid(
  streets: Streets,
  zoom: number,
): ((box: Box, onStreet: (street: number) => void) => void) | undefined {
  const isShown = (street: number): boolean => ZOOMS[streets.classes[street] as number] === zoom
  const { bounds, count } = measureStreets(streets, isShown)
  if (count === 0) return undefined
  const [west, south, east, north] = bounds
  const [columns, rows, size] = divide(bounds, zoom)
  const columnOf = (longitude: number): number => clamp(Math.floor((longitude - west) / size), columns)
  const rowOf = (latitude: number): number => clamp(Math.floor((latitude - south) / size), rows)
  const starts = new Int32Array(columns * rows + 1)
  forEachCell((cell) => {
    starts[cell + 1] = (starts[cell + 1] as number) + 1
  })
  for (let cell = 0; cell < columns * rows; cell++) {
    starts[cell + 1] = (starts[cell + 1] as number) + (starts[cell] as number)
  }
  const members = new Int32Array(starts[columns * rows] as number)
  const filled = starts.slice()
  forEachCell((cell, street) => {
    const at = filled[cell] as number
    members[at] = street
    filled[cell] = at + 1
  })
  const box = new Int32Array(4)

  return ([fromX, fromY, toX, toY], onStreet) => {
    if (fromX > east || toX < west || fromY > north || toY < south) return
    const [firstColumn, firstRow] = [columnOf(fromX), rowOf(fromY)]
    for (let row = firstRow; row <= rowOf(toY); row++) {
      for (let column = firstColumn; column <= columnOf(toX); column++) {
        const cell = row * columns + column
        for (let i = starts[cell] as number; i < (starts[cell + 1] as number); i++) {
          const street = members[i] as number
          measureStreet(streets, street, box)
          const [minX, minY, maxX, maxY] = box as unknown as Box
          if (minX > toX || maxX < fromX || minY > toY || maxY < fromY) continue
          // A street is in every cell that it may cross: it is told of in the first of those that are looked at.
          const isFirst =
            column === Math.max(firstColumn, columnOf(minX)) && row === Math.max(firstRow, rowOf(minY))
          if (isFirst) onStreet(street)
        }
      }
    }
  }

  function forEachCell(visit: (cell: number, street: number) => void): void {
    const corners = new Int32Array(4)
    for (let street = 0; street < streets.classes.length; street++) {
      if (!isShown(street)) continue
      measureStreet(streets, street, corners)
      const [minX, minY, maxX, maxY] = corners as unknown as Box
      for (let row = rowOf(minY); row <= rowOf(maxY); row++) {
        for (let column = columnOf(minX); column <= columnOf(maxX); column++)
          visit(row * columns + column, street)
      }
    }
  }
}

/** Columns, rows, and the width of a cell in 10⁻⁷ degrees: a quarter of a tile's where the streets appear, at most. */
function divide([west, south, east, north]: Box, zoom: number): readonly [number, number, number] {
  for (let size = 360e7 / 2 ** Math.min(zoom + 2, STREET_ZOOM_MAX); ; size *= 2) {
    const [columns, rows] = [Math.floor((east - west) / size) + 1, Math.floor((north - south) / size) + 1]
    if (columns * rows <= CELLS_MAX) return [columns, rows, size]
  }
}

function measureStreets(
  streets: Streets,
  isShown: (street: number) => boolean,
): { bounds: Box; count: number } {
  const bounds: [number, number, number, number] = [180e7, 90e7, -180e7, -90e7]
  const box = new Int32Array(4)
  let count = 0
  for (let street = 0; street < streets.classes.length; street++) {
    if (!isShown(street)) continue
    count++
    measureStreet(streets, street, box)
    bounds[0] = Math.min(bounds[0], box[0] as number)
    bounds[1] = Math.min(bounds[1], box[1] as number)
    bounds[2] = Math.max(bounds[2], box[2] as number)
    bounds[3] = Math.max(bounds[3], box[3] as number)
  }
  return { bounds, count }
}

/** Puts the box around a street into `box`. */
function measureStreet({ shape, shapeOffsets }: Streets, street: number, box: Int32Array): void {
  const from = shapeOffsets[street] as number
  let [minX, minY] = [shape[from] as number, shape[from + 1] as number]
  let [maxX, maxY] = [minX, minY]
  for (let i = from + 2; i < (shapeOffsets[street + 1] as number); i += 2) {
    const [x, y] = [shape[i] as number, shape[i + 1] as number]
    if (x < minX) minX = x
    if (x > maxX) maxX = x
    if (y < minY) minY = y
    if (y > maxY) maxY = y
  }
  box[0] = minX
  box[1] = minY
  box[2] = maxX
  box[3] = maxY
}

function clamp(value: number, count: number): number {
  return Math.max(0, Math.min(count - 1, value))
}
