import type { Value } from './expression.ts'
import { findSide, type Geometry, isGeometry, measureDegrees, measureLength, type Side } from './geometry.ts'
import { createTimeSpan, isBefore, isTimeSpan, type TimeSpan } from './time-span.ts'

interface QueryFunction {
  /** How many values it takes at least, and at most where that is another number. */
  readonly operands: readonly [least: number, most?: number]
  /** `now` in ms since 1970. Null where the values are not of the kind that it takes. */
  evaluate(values: readonly Value[], now: number): Value
}

/** OGC 18-088, 9.3.3.5.2; times are told in UTC. Of two places one has to be a point, as all those of devices are. */
export const FUNCTIONS: Readonly<Record<string, QueryFunction>> = {
  substringof: ofTexts(2, (part, whole) => whole.includes(part)),
  contains: ofTexts(2, (whole, part) => whole.includes(part)),
  startswith: ofTexts(2, (whole, start) => whole.startsWith(start)),
  endswith: ofTexts(2, (whole, end) => whole.endsWith(end)),
  length: ofTexts(1, (text) => [...text].length),
  indexof: ofTexts(2, (whole, part) => whole.indexOf(part)),
  substring: {
    operands: [2, 3],
    evaluate: ([text, start, length]) => {
      if (typeof text !== 'string' || typeof start !== 'number') return null
      return text.slice(start, typeof length === 'number' ? start + length : undefined)
    },
  },
  tolower: ofTexts(1, (text) => text.toLowerCase()),
  toupper: ofTexts(1, (text) => text.toUpperCase()),
  trim: ofTexts(1, (text) => text.trim()),
  concat: ofTexts(2, (a, b) => a + b),

  year: ofTime((date) => date.getUTCFullYear()),
  month: ofTime((date) => date.getUTCMonth() + 1),
  day: ofTime((date) => date.getUTCDate()),
  hour: ofTime((date) => date.getUTCHours()),
  minute: ofTime((date) => date.getUTCMinutes()),
  second: ofTime((date) => date.getUTCSeconds()),
  fractionalseconds: ofTime((date) => date.getUTCMilliseconds() / 1000),
  date: ofTime((date) => date.toISOString().slice(0, 10)),
  time: ofTime((date) => date.toISOString().slice(11, 19)),
  totaloffsetminutes: ofTime(() => 0),
  now: { operands: [0], evaluate: (_values, now) => createTimeSpan(now) },
  mindatetime: { operands: [0], evaluate: () => createTimeSpan(-8.64e15) },
  maxdatetime: { operands: [0], evaluate: () => createTimeSpan(8.64e15) },
  before: ofTimes(isBefore),
  after: ofTimes((a, b) => isBefore(b, a)),
  during: ofTimes((a, b) => a.start >= b.start && a.end <= b.end),
  overlaps: ofTimes((a, b) => !isBefore(a, b) && !isBefore(b, a)),

  round: ofNumber(Math.round),
  floor: ofNumber(Math.floor),
  ceiling: ofNumber(Math.ceil),

  'geo.distance': ofPlaces(measureDegrees),
  'geo.length': { operands: [1], evaluate: ([line]) => (isGeometry(line) ? measureLength(line) : null) },
  'geo.intersects': ofSide((side) => side !== 'outside'),
  st_equals: {
    operands: [2],
    evaluate: ([a, b]) =>
      isGeometry(a) && isGeometry(b) && JSON.stringify(a.coordinates) === JSON.stringify(b.coordinates),
  },
  st_disjoint: ofSide((side) => side === 'outside'),
  st_touches: ofSide((side) => side === 'border'),
  // A point has nothing of its own beside what it shares, so it can do neither.
  st_overlaps: ofSide(() => false),
  st_crosses: ofSide(() => false),
  st_intersects: ofSide((side) => side !== 'outside'),
  st_within: {
    operands: [2],
    evaluate: ([a, b]) => (isGeometry(a) && isGeometry(b) ? isWithin(a, b) : null),
  },
  st_contains: {
    operands: [2],
    evaluate: ([a, b]) => (isGeometry(a) && isGeometry(b) ? isWithin(b, a) : null),
  },
}

function isWithin(inner: Geometry, outer: Geometry): boolean {
  return inner.type === 'Point' && findSide(inner.coordinates, outer) === 'inside'
}

function ofTexts(count: number, evaluate: (...texts: [string, string]) => Value): QueryFunction {
  return {
    operands: [count],
    evaluate: (values) =>
      values.every((value) => typeof value === 'string') ? evaluate(...(values as [string, string])) : null,
  }
}

function ofNumber(evaluate: (number: number) => number): QueryFunction {
  return { operands: [1], evaluate: ([value]) => (typeof value === 'number' ? evaluate(value) : null) }
}

/** Of an interval, its start. */
function ofTime(evaluate: (date: Date) => Value): QueryFunction {
  return {
    operands: [1],
    evaluate: ([value]) => (isTimeSpan(value) ? evaluate(new Date(value.start)) : null),
  }
}

function ofTimes(evaluate: (a: TimeSpan, b: TimeSpan) => boolean): QueryFunction {
  return { operands: [2], evaluate: ([a, b]) => (isTimeSpan(a) && isTimeSpan(b) ? evaluate(a, b) : null) }
}

function ofSide(evaluate: (side: Side) => boolean): QueryFunction {
  return ofPlaces((point, geometry) => evaluate(findSide(point, geometry)))
}

function ofPlaces(evaluate: (point: readonly [number, number], geometry: Geometry) => Value): QueryFunction {
  return {
    operands: [2],
    evaluate: ([a, b]) => {
      if (!isGeometry(a) || !isGeometry(b)) return null
      if (a.type === 'Point') return evaluate(a.coordinates, b)
      return b.type === 'Point' ? evaluate(b.coordinates, a) : null
    },
  }
}
