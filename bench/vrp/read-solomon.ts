import {
  euclid,
  type Instance,
  makeMatrix,
  PLAIN_CUSTOMER,
  PLAIN_VEHICLE,
  type Point,
  sumDistances,
} from './instance.ts'
import { readRows } from './read-rows.ts'

/** Solomon's distances are real numbers: so much of them is kept. */
const SCALE = 10_000

/**
 * Solomon 1987, Operations Research 35(2). Durations are rounded up, so that a plan which is in time here is in time
 * by real numbers too; costs are told by real numbers.
 */
export function readSolomon(name: string, text: string, bestKnown: number | undefined): Instance {
  const [[vehicleCount = 0, capacity = 0] = [], depotRow = [], ...rows] = readRows(text)
  const points = [...rows, depotRow].map(([, x = 0, y = 0]): Point => [x, y])
  const [, , , , earliest = 0, latest = 0] = depotRow
  const vehicle = {
    ...PLAIN_VEHICLE,
    costPerM: 1 / SCALE,
    capacity: [capacity],
    earliest: earliest * SCALE,
    latest: latest * SCALE,
  }
  return {
    name,
    problem: {
      customers: rows.map(([, , , demand = 0, ready = 0, due = 0, service = 0]) => ({
        ...PLAIN_CUSTOMER,
        demand: [demand],
        serviceSeconds: service * SCALE,
        opens: ready * SCALE,
        closes: due * SCALE,
      })),
      tips: [],
      depotCount: 1,
      vehicles: Array.from({ length: vehicleCount }, () => vehicle),
      matrices: [
        makeMatrix(
          points,
          (from, to) => Math.round(SCALE * euclid(from, to)),
          (from, to) => Math.ceil(SCALE * euclid(from, to)),
        ),
      ],
    },
    costOf: (plan) => sumDistances(plan, points, euclid),
    costDecimals: 2,
    numbersOf: (visits) => visits.map((customer) => rows[customer]?.[0] ?? 0),
    bestKnown,
  }
}
