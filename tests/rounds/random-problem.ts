import { createRandom } from '../../model/random.ts'
import type { Problem } from '../../rounds/vrp/problem.ts'

export interface ProblemShape {
  readonly customers: number
  readonly vehicles: number
  readonly tips?: number
  readonly depots?: number
  readonly dimensions?: number
  readonly hasWindows?: boolean
  readonly hasPrizes?: boolean
  readonly streams?: number
  readonly hasSkills?: boolean
  readonly breakSeconds?: number
  /** What a vehicle holds, on average, in customers' loads. */
  readonly loadsPerVehicle?: number
  readonly shiftSeconds?: number
}

/** A town of 10 by 10 km, at 10 m/s, with lorries that differ. */
export function makeRandomProblem(seed: number, shape: ProblemShape): Problem {
  const random = createRandom(seed)
  const { tips = 0, depots = 1, dimensions = 1, streams = 1, loadsPerVehicle = 4 } = shape
  const shiftSeconds = shape.shiftSeconds ?? 40_000
  const between = (low: number, high: number): number => Math.floor(low + random() * (high - low + 1))
  const size = shape.customers + tips + depots
  const points = Array.from({ length: size }, () => [random() * 10_000, random() * 10_000] as const)
  const distances = new Int32Array(size * size)
  const durations = new Int32Array(size * size)
  for (const [i, [ax, ay]] of points.entries()) {
    for (const [j, [bx, by]] of points.entries()) {
      distances[i * size + j] = Math.ceil(Math.hypot(ax - bx, ay - by))
      durations[i * size + j] = Math.ceil(Math.hypot(ax - bx, ay - by) / 10)
    }
  }
  const someStreams = (index: number): number[] | null =>
    streams === 1 || index === 0 ? null : [between(0, streams - 1), 0]
  return {
    customers: Array.from({ length: shape.customers }, () => {
      const opens = shape.hasWindows ? between(0, 6_000) : 0
      return {
        demand: Array.from({ length: dimensions }, () => between(1, 20)),
        serviceSeconds: between(0, 300),
        opens,
        closes: shape.hasWindows ? opens + between(600, 5_000) : Number.POSITIVE_INFINITY,
        prize: shape.hasPrizes && random() < 0.7 ? between(5, 60) : Number.POSITIVE_INFINITY,
        stream: between(0, streams - 1),
        skills: shape.hasSkills ? between(0, 1) : 0,
      }
    }),
    tips: Array.from({ length: tips }, (_, index) => ({
      serviceSeconds: between(100, 900),
      opens: shape.hasWindows ? between(0, 3_000) : 0,
      closes: shape.hasWindows ? between(8_000, 40_000) : Number.POSITIVE_INFINITY,
      streams: someStreams(index),
    })),
    depotCount: depots,
    vehicles: Array.from({ length: shape.vehicles }, (_, index) => ({
      depot: between(0, depots - 1),
      capacity: Array.from({ length: dimensions }, () => between(8, 12) * loadsPerVehicle),
      costPerM: between(5, 15) / 10_000,
      costPerSecond: between(0, 10) / 1_000,
      fixedCost: between(0, 1) * 20,
      earliest: between(0, 500),
      latest: shiftSeconds,
      breakSeconds: shape.breakSeconds ?? 0,
      streams: someStreams(index),
      skills: index === 0 ? 1 : 0,
    })),
    distances,
    durations,
  }
}
