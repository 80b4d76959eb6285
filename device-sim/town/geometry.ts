/** A point of a town's own plane: metres east and north of its market place. */
export interface Point {
  readonly x: number
  readonly y: number
}

export function distanceM(a: Point, b: Point): number {
  return Math.hypot(a.x - b.x, a.y - b.y)
}

export function lengthOfLineM(points: readonly Point[]): number {
  let length = 0
  for (let index = 1; index < points.length; index++) {
    length += distanceM(points[index - 1] as Point, points[index] as Point)
  }
  return length
}

export function headingOf(from: Point, to: Point): number {
  return Math.atan2(to.y - from.y, to.x - from.x)
}

/** How far two headings are apart, 0 to π. */
export function angleBetween(a: number, b: number): number {
  const turn = Math.abs(a - b) % (2 * Math.PI)
  return turn > Math.PI ? 2 * Math.PI - turn : turn
}

export function stepFrom(from: Point, heading: number, length: number): Point {
  return { x: from.x + Math.cos(heading) * length, y: from.y + Math.sin(heading) * length }
}

/** The point of a segment that is nearest to `point`. */
export function nearestOnSegment(point: Point, a: Point, b: Point): Point {
  const dx = b.x - a.x
  const dy = b.y - a.y
  const squared = dx * dx + dy * dy
  const along = squared === 0 ? 0 : ((point.x - a.x) * dx + (point.y - a.y) * dy) / squared
  const ratio = Math.max(0, Math.min(1, along))
  return { x: a.x + dx * ratio, y: a.y + dy * ratio }
}

/** How far along a→b (0 to 1) it crosses c→d; undefined where it does not. */
export function crossingRatio(a: Point, b: Point, c: Point, d: Point): number | undefined {
  const rx = b.x - a.x
  const ry = b.y - a.y
  const sx = d.x - c.x
  const sy = d.y - c.y
  const denominator = rx * sy - ry * sx
  if (Math.abs(denominator) < 1e-9) return undefined
  const t = ((c.x - a.x) * sy - (c.y - a.y) * sx) / denominator
  const u = ((c.x - a.x) * ry - (c.y - a.y) * rx) / denominator
  return t >= 0 && t <= 1 && u >= 0 && u <= 1 ? t : undefined
}

/** The point at a distance along a line, and the heading there. */
export function pointAlong(points: readonly Point[], distance: number): { point: Point; heading: number } {
  let left = Math.max(0, distance)
  let heading = 0
  for (let index = 1; index < points.length; index++) {
    const a = points[index - 1] as Point
    const b = points[index] as Point
    const length = distanceM(a, b)
    heading = headingOf(a, b)
    if (left <= length && length > 0) return { point: stepFrom(a, heading, left), heading }
    left -= length
  }
  return { point: points[points.length - 1] as Point, heading }
}
