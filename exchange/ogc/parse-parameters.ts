import { parseTime } from '../../model/time.ts'

/** West, south, east, north in degrees; where west is more than east, it goes over the 180th meridian. */
export type BoundingBox = readonly [west: number, south: number, east: number, north: number]

/** `bbox` as of 17-069r4, 7.15.3, whose heights are left out; undefined where it is none. */
export function parseBoundingBox(text: string): BoundingBox | undefined {
  const numbers = text
    .split(',')
    .map((part) => (/^\s*[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?\s*$/i.test(part) ? Number(part) : Number.NaN))
  if ((numbers.length !== 4 && numbers.length !== 6) || numbers.some((one) => !Number.isFinite(one))) {
    return undefined
  }
  const [west = 0, south = 0] = numbers
  const [east = 0, north = 0] = numbers.slice(numbers.length / 2)
  const isOnEarth =
    Math.abs(west) <= 180 && Math.abs(east) <= 180 && Math.abs(south) <= 90 && Math.abs(north) <= 90
  return isOnEarth && south <= north ? [west, south, east, north] : undefined
}

/** Both ends are in it, in ms since 1970. */
export interface TimeSpan {
  readonly from: number
  readonly to: number
}

/** `datetime` as of 17-069r4, 7.15.4: a time, or two with a slash, of which one may be `..` or nothing; undefined where it is none. */
export function parseDatetime(text: string): TimeSpan | undefined {
  const ends = text.split('/')
  if (ends.length > 2) return undefined
  const [first = '', second] = ends
  if (second === undefined) {
    const time = parseEnd(first)
    return time === undefined ? undefined : { from: time, to: time }
  }
  const from = isOpen(first) ? Number.NEGATIVE_INFINITY : parseEnd(first)
  const to = isOpen(second) ? Number.POSITIVE_INFINITY : parseEnd(second)
  if (from === undefined || to === undefined || from > to || (isOpen(first) && isOpen(second)))
    return undefined
  return { from, to }
}

function isOpen(end: string): boolean {
  return end === '' || end === '..'
}

/** A plus in a query is a space unless it is written as %2B. */
function parseEnd(text: string): number | undefined {
  return parseTime(text.replace(/^(\S+) (\d{2}:\d{2})$/, '$1+$2'))
}
