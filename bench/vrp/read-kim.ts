import {
  type Instance,
  makeMatrix,
  PLAIN_CUSTOMER,
  PLAIN_VEHICLE,
  type Point,
  sumDistances,
} from './instance.ts'
import { readRows } from './read-rows.ts'

/** What a route's file says is kept to so much of a second, a foot and a yard. */
const SCALE = 100
const FEET_PER_MILE = 5_280
const LUNCH_OPENS = 11 * 3_600
const LUNCH_CLOSES = 12 * 3_600

/** By the number of rows: the miles and the lorries of Kim, Kim and Sahoo themselves. */
const OWN_RESULTS: ReadonlyMap<number, { readonly miles: number; readonly lorries: number }> = new Map([
  [102, { miles: 205.1, lorries: 3 }],
  [277, { miles: 527.3, lorries: 3 }],
  [444, { miles: 87, lorries: 11 }],
])

/**
 * Kim, Kim and Sahoo 2006, Computers & Operations Research 33(12): waste collection with landfills, windows and a lunch.
 * Distances are Manhattan feet, costs are miles.
 */
export function readKim(name: string, text: string, bestKnown: number | undefined): Instance {
  const [head = '', table = ''] = text.split(/^Stop_ID.*$/m)
  const [capacity = 0, dayYards = 0, dayStops = 0, lunchSeconds = 0, milesPerHour = 0] = readRows(head).map(
    ([value]) => value,
  )
  const rows = readRows(table).map(readStop)
  const stops = rows.filter(({ type }) => type === 1)
  const landfills = rows.filter(({ type }) => type === 2)
  const depot = rows.find(({ type }) => type === 0)
  if (!depot) throw new Error(`${name} has no depot`)
  const places = [...stops, ...landfills, depot]
  const points = places.map(({ point }) => point)
  // A second dimension costs time, and is only of use where one lorry could serve more than it may.
  const isLimitedByStops = stops.length > dayStops
  const dimensionsOf = (yards: number, count: number): number[] =>
    isLimitedByStops ? [scaled(yards), count] : [scaled(yards)]
  const own = OWN_RESULTS.get(rows.length)
  const yards = stops.reduce((sum, { load }) => sum + load, 0)
  const vehicle = {
    ...PLAIN_VEHICLE,
    capacity: dimensionsOf(capacity, dayStops),
    dayLimit: dimensionsOf(dayYards, dayStops),
    costPerM: 1 / (SCALE * FEET_PER_MILE),
    earliest: scaled(depot.opens),
    latest: scaled(depot.closes),
    rest: {
      seconds: scaled(lunchSeconds),
      opens: scaled(LUNCH_OPENS),
      closes: scaled(LUNCH_CLOSES),
    },
  }
  return {
    name,
    problem: {
      customers: stops.map((stop) => ({
        ...PLAIN_CUSTOMER,
        demand: dimensionsOf(stop.load, 1),
        serviceSeconds: scaled(stop.seconds),
        opens: scaled(stop.opens),
        closes: scaled(stop.closes),
      })),
      tips: landfills.map((landfill) => ({
        serviceSeconds: scaled(landfill.seconds),
        opens: scaled(landfill.opens),
        closes: scaled(landfill.closes),
        streams: null,
      })),
      depotCount: 1,
      vehicles: Array.from(
        { length: own?.lorries ?? 3 + Math.ceil((1.5 * yards) / dayYards) },
        () => vehicle,
      ),
      matrices: [
        makeMatrix(
          points,
          (from, to) => Math.round(SCALE * manhattan(from, to)),
          (from, to) => Math.ceil((SCALE * manhattan(from, to) * 3_600) / (milesPerHour * FEET_PER_MILE)),
        ),
      ],
    },
    costOf: (plan) => sumDistances(plan, points, manhattan) / FEET_PER_MILE,
    costDecimals: 2,
    numbersOf: (visits) => visits.map((place) => places[place]?.number ?? 0),
    bestKnown: bestKnown ?? own?.miles,
  }
}

interface Stop {
  readonly number: number
  readonly point: Point
  /** Seconds of the day. */
  readonly opens: number
  readonly closes: number
  readonly seconds: number
  /** In yards. */
  readonly load: number
  /** 0 is the depot, 1 a stop, 2 a landfill. */
  readonly type: number
}

function readStop(row: readonly number[]): Stop {
  const [number = 0, x = 0, y = 0, early = 0, late = 0, seconds = 0, load = 0, type = 0] = row
  return { number, point: [x, y], opens: secondsOf(early), closes: secondsOf(late), seconds, load, type }
}

/** Of HHMM as a number: 730 is half past seven. */
function secondsOf(hhmm: number): number {
  return Math.floor(hhmm / 100) * 3_600 + (hhmm % 100) * 60
}

function scaled(value: number): number {
  return Math.round(SCALE * value)
}

function manhattan([ax, ay]: Point, [bx, by]: Point): number {
  return Math.abs(ax - bx) + Math.abs(ay - by)
}
