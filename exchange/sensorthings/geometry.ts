type Position = readonly [number, number]

/** As GeoJSON has them (RFC 7946, 3.1), in degrees, longitude first. */
export type Geometry =
  | { readonly type: 'Point'; readonly coordinates: Position }
  | { readonly type: 'LineString'; readonly coordinates: readonly Position[] }
  | { readonly type: 'Polygon'; readonly coordinates: readonly (readonly Position[])[] }

/** A point, line or polygon in well-known text (OGC 06-103r4, 7); undefined where it is none. A third coordinate is left out. */
export function parseWkt(text: string): Geometry | undefined {
  const match = /^\s*(?:SRID=4326;)?(POINT|LINESTRING|POLYGON)\s*(?:Z\s*)?(\(.*\))\s*$/is.exec(text)
  if (!match) return undefined
  const [, name = '', body = ''] = match
  switch (name.toUpperCase()) {
    case 'POINT': {
      const [point, ...more] = parsePositions(body) ?? []
      return point && more.length === 0 ? { type: 'Point', coordinates: point } : undefined
    }
    case 'LINESTRING': {
      const line = parsePositions(body)
      return line && line.length >= 2 ? { type: 'LineString', coordinates: line } : undefined
    }
    default: {
      const rings = /^\(\s*(\([^()]*\)(?:\s*,\s*\([^()]*\))*)\s*\)$/.exec(body)?.[1]?.match(/\([^()]*\)/g)
      const parsed = rings?.map(parsePositions)
      if (!parsed?.every((ring) => ring !== undefined && isRing(ring))) return undefined
      return { type: 'Polygon', coordinates: parsed as Position[][] }
    }
  }
}

export function isGeometry(value: unknown): value is Geometry {
  const { type, coordinates } = (value ?? {}) as { type?: unknown; coordinates?: unknown }
  return (type === 'Point' || type === 'LineString' || type === 'Polygon') && Array.isArray(coordinates)
}

export type Side = 'inside' | 'border' | 'outside'

/** Where a point is to a geometry; of a line the ends are its border, of a point there is none. */
export function findSide([x, y]: Position, geometry: Geometry): Side {
  switch (geometry.type) {
    case 'Point':
      return geometry.coordinates[0] === x && geometry.coordinates[1] === y ? 'inside' : 'outside'
    case 'LineString': {
      const { coordinates } = geometry
      if (!isOnLine([x, y], coordinates)) return 'outside'
      const ends = [coordinates[0], coordinates.at(-1)]
      return ends.some((end) => end?.[0] === x && end[1] === y) ? 'border' : 'inside'
    }
    case 'Polygon': {
      if (geometry.coordinates.some((ring) => isOnLine([x, y], ring))) return 'border'
      const crossings = geometry.coordinates.flatMap((ring) =>
        ring.filter(([bx, by], index) => {
          const [ax, ay] = ring[index - 1] ?? [bx, by]
          return ay > y !== by > y && x < ax + ((bx - ax) * (y - ay)) / (by - ay)
        }),
      )
      return crossings.length % 2 === 1 ? 'inside' : 'outside'
    }
  }
}

/** In degrees, as the standard's coordinates are (OData 4, 5.1.1.8.1): from a point to the nearest of a geometry. */
export function measureDegrees(point: Position, geometry: Geometry): number {
  switch (geometry.type) {
    case 'Point':
      return Math.hypot(geometry.coordinates[0] - point[0], geometry.coordinates[1] - point[1])
    case 'LineString':
      return Math.min(
        ...geometry.coordinates.map((to, index, line) => toEdge(point, line[index - 1] ?? to, to)),
      )
    case 'Polygon':
      if (findSide(point, geometry) !== 'outside') return 0
      return Math.min(
        ...geometry.coordinates.flatMap((ring) =>
          ring.map((to, index) => toEdge(point, ring[index - 1] ?? to, to)),
        ),
      )
  }
}

/** In degrees, along a line; null of what is none. */
export function measureLength(geometry: Geometry): number | null {
  if (geometry.type !== 'LineString') return null
  return geometry.coordinates.reduce((sum, [x, y], index, line) => {
    const [fromX, fromY] = line[index - 1] ?? [x, y]
    return sum + Math.hypot(x - fromX, y - fromY)
  }, 0)
}

function toEdge([x, y]: Position, [ax, ay]: Position, [bx, by]: Position): number {
  const [dx, dy] = [bx - ax, by - ay]
  const length = dx * dx + dy * dy
  const share = length === 0 ? 0 : Math.min(1, Math.max(0, ((x - ax) * dx + (y - ay) * dy) / length))
  return Math.hypot(x - ax - share * dx, y - ay - share * dy)
}

function isOnLine([x, y]: Position, line: readonly Position[]): boolean {
  return line.some(([bx, by], index) => {
    const [ax, ay] = line[index - 1] ?? [bx, by]
    const isWithin =
      x >= Math.min(ax, bx) && x <= Math.max(ax, bx) && y >= Math.min(ay, by) && y <= Math.max(ay, by)
    return isWithin && (bx - ax) * (y - ay) === (by - ay) * (x - ax)
  })
}

function isRing(ring: readonly Position[]): boolean {
  const [first, last] = [ring[0], ring.at(-1)]
  return ring.length >= 4 && first?.[0] === last?.[0] && first?.[1] === last?.[1]
}

function parsePositions(text: string): Position[] | undefined {
  const positions = text
    .trim()
    .slice(1, -1)
    .split(',')
    .map((position) => position.trim().split(/\s+/).map(Number))
  const isEach = positions.every(
    (numbers) => (numbers.length === 2 || numbers.length === 3) && numbers.every(Number.isFinite),
  )
  return isEach ? positions.map(([x = 0, y = 0]) => [x, y] as const) : undefined
}
