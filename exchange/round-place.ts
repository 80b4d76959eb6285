/** A degree of latitude, and of longitude at the equator, in metres: a 360th of the mean circumference of the earth. */
const DEGREE_M = 111_195

interface Place {
  readonly longitude: number
  readonly latitude: number
}

/**
 * The middle of the cell that a place is in, in degrees, of a grid of cells of `gridM` metres each way. Cells lie in rows along the
 * parallels; all places of a row are rounded alike, so that what is told depends on the cell alone.
 */
export function roundPlace({ longitude, latitude }: Place, gridM: number): Place {
  const rowDegrees = gridM / DEGREE_M
  const rowLatitude = clamp((Math.floor(latitude / rowDegrees) + 0.5) * rowDegrees, 90)
  // At the poles a row is one cell.
  const columnDegrees = Math.min(360, rowDegrees / Math.max(1e-9, Math.cos((rowLatitude * Math.PI) / 180)))
  const columnLongitude = (Math.floor(longitude / columnDegrees) + 0.5) * columnDegrees
  return { longitude: roundDegrees(clamp(columnLongitude, 180)), latitude: roundDegrees(rowLatitude) }
}

function clamp(degrees: number, limit: number): number {
  return Math.min(limit, Math.max(-limit, degrees))
}

/** To some 10 cm: more digits would only look exact. */
function roundDegrees(degrees: number): number {
  return Math.round(degrees * 1e6) / 1e6
}
