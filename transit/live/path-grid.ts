import type { TripPath } from './trip-paths.ts'

/** Some 275 m from south to north; less from west to east, away from the equator. */
const CELL_DEGREES = 0.0025
/** A segment longer than this many cells is a gap in the data or a ferry: it is entered by its ends. */
const CELLS_PER_SEGMENT_MAX = 400

/** Which paths pass near a place, without looking at the others. */
export interface PathGrid {
  add(path: TripPath): void
  /** All that pass within a cell's width, and some that do not. */
  listNear(longitude: number, latitude: number): readonly TripPath[]
}

export function createPathGrid(): PathGrid {
  const cells = new Map<string, TripPath[]>()
  return { add, listNear }

  function add(path: TripPath): void {
    const seen = new Set<string>()
    const { longitudes, latitudes } = path
    for (let point = 0; point < longitudes.length; point += 1) {
      const x = columnOf(longitudes[point] ?? 0)
      const y = columnOf(latitudes[point] ?? 0)
      const fromX = point === 0 ? x : columnOf(longitudes[point - 1] ?? 0)
      const fromY = point === 0 ? y : columnOf(latitudes[point - 1] ?? 0)
      const steps = Math.max(Math.abs(x - fromX), Math.abs(y - fromY)) * 2
      const count = steps > CELLS_PER_SEGMENT_MAX ? 1 : Math.max(1, steps)
      for (let step = 0; step <= count; step += 1) {
        const column = Math.round(fromX + ((x - fromX) * step) / count)
        const row = Math.round(fromY + ((y - fromY) * step) / count)
        seen.add(`${column},${row}`)
      }
    }
    for (const key of seen) {
      const paths = cells.get(key)
      if (paths) paths.push(path)
      else cells.set(key, [path])
    }
  }

  function listNear(longitude: number, latitude: number): readonly TripPath[] {
    const column = columnOf(longitude)
    const row = columnOf(latitude)
    const near = new Set<TripPath>()
    for (let x = column - 1; x <= column + 1; x += 1) {
      for (let y = row - 1; y <= row + 1; y += 1) {
        for (const path of cells.get(`${x},${y}`) ?? []) near.add(path)
      }
    }
    return [...near]
  }
}

function columnOf(degrees: number): number {
  return Math.floor(degrees / CELL_DEGREES)
}
