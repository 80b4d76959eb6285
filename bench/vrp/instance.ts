import type { Customer, Matrix, Problem } from '../../rounds/vrp/problem.ts'
import type { VrpPlan } from '../../rounds/vrp/solution.ts'

/** A benchmark instance of the literature: a problem, and how its own authors count costs and number places. */
export interface Instance {
  readonly name: string
  readonly problem: Problem
  /** Of a plan, in the instance's own convention. */
  readonly costOf: (plan: VrpPlan) => number
  /** How many decimals of a cost are told. */
  readonly costDecimals: number
  /** A route as its solution files number it, without the depots at both ends. */
  readonly numbersOf: (visits: readonly number[]) => number[]
  /** The best cost that is known; undefined where none is. */
  readonly bestKnown: number | undefined
}

export type Point = readonly [x: number, y: number]

export const ALWAYS = { opens: Number.NEGATIVE_INFINITY, closes: Number.POSITIVE_INFINITY }

/** Mandatory, without demand, at any time. */
export const PLAIN_CUSTOMER: Customer = {
  ...ALWAYS,
  demand: [],
  serviceSeconds: 0,
  prize: Number.POSITIVE_INFINITY,
  stream: 0,
  skills: 0,
}

export const PLAIN_VEHICLE = {
  depot: 0,
  costPerM: 1,
  costPerSecond: 0,
  fixedCost: 0,
  rest: null,
  streams: null,
  skills: 0,
}

export function makeMatrix(
  points: readonly Point[],
  distanceBetween: (from: Point, to: Point) => number,
  durationBetween = distanceBetween,
): Matrix {
  const between = (measure: (from: Point, to: Point) => number): Int32Array =>
    Int32Array.from(points.flatMap((from) => points.map((to) => measure(from, to))))
  return { distances: between(distanceBetween), durations: between(durationBetween) }
}

export function euclid([ax, ay]: Point, [bx, by]: Point): number {
  return Math.hypot(ax - bx, ay - by)
}

/** Of all routes, from the one depot, the last of the points, and back. */
export function sumDistances(
  { routes }: VrpPlan,
  points: readonly Point[],
  distanceBetween: (from: Point, to: Point) => number,
): number {
  const depot = points.length - 1
  let sum = 0
  for (const { visits } of routes) {
    let from = depot
    for (const to of [...visits, depot]) {
      sum += distanceBetween(points[from] as Point, points[to] as Point)
      from = to
    }
  }
  return sum
}
