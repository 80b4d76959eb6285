import { createRandom } from '../../model/random.ts'
import type { Matrix, Problem, SpeedProfiles, Vehicle } from '../../rounds/vrp/problem.ts'

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
  /** Of a break that begins in the second sixth of the shift. */
  readonly restSeconds?: number
  readonly hasDayLimits?: boolean
  readonly hasReleases?: boolean
  /** Some customers were promised to a vehicle, others cost more with some than with others, or may not go with one. */
  readonly hasVehicleCosts?: boolean
  /** Vehicles end at any of the depots. */
  readonly hasEndDepots?: boolean
  /** The last vehicle is on the road, and where there are tips it carries something. */
  readonly isUnderWay?: boolean
  /** Each vehicle drives by one of so many matrices. */
  readonly matrices?: number
  readonly hasSpeeds?: boolean
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
  const first = measureTown(points)
  const slowedDown = (): Matrix => {
    const factors = first.distances.map(() => (random() < 0.3 ? 3 : 1))
    return {
      distances: first.distances.map((metres, arc) => metres * (factors[arc] as number)),
      durations: first.durations.map((seconds, arc) => seconds * (factors[arc] as number)),
    }
  }
  const matrices = [first, ...Array.from({ length: (shape.matrices ?? 1) - 1 }, slowedDown)]
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
        ...(shape.hasReleases && { releaseTime: between(0, 3_000) }),
        ...(shape.hasVehicleCosts && random() < 0.6 && { vehicleCosts: makeVehicleCosts() }),
      }
    }),
    tips: Array.from({ length: tips }, (_, index) => ({
      serviceSeconds: between(100, 900),
      opens: shape.hasWindows ? between(0, 3_000) : 0,
      closes: shape.hasWindows ? between(8_000, 40_000) : Number.POSITIVE_INFINITY,
      streams: someStreams(index),
    })),
    depotCount: depots,
    vehicles: Array.from({ length: shape.vehicles }, (_, index) => makeVehicle(index)),
    matrices: shape.hasSpeeds
      ? matrices.map((matrix) => ({
          ...matrix,
          profiles: Uint16Array.from(matrix.durations, () => between(0, PROFILE_COUNT - 1)),
        }))
      : matrices,
    ...(shape.hasSpeeds && { speeds: makeSpeeds() }),
  }

  function makeVehicleCosts(): number[] {
    const promised = between(0, shape.vehicles - 1)
    const changeCost = between(1, 8)
    const isPromised = random() < 0.5
    return Array.from({ length: shape.vehicles }, (_, index) => {
      if (index === promised) return 0
      if (isPromised) return changeCost
      return random() < 0.2 ? Number.POSITIVE_INFINITY : between(0, 12)
    })
  }

  function makeVehicle(index: number): Vehicle {
    const capacity = Array.from({ length: dimensions }, () => between(8, 12) * loadsPerVehicle)
    const isUnderWay = shape.isUnderWay && index === shape.vehicles - 1
    const sixth = Math.floor(shiftSeconds / 6)
    return {
      depot: between(0, depots - 1),
      ...(shape.hasEndDepots && { endDepot: between(0, depots - 1) }),
      capacity,
      ...(shape.hasDayLimits && {
        dayLimit: capacity.map((amount) => Math.floor((amount * between(7, 16)) / 10)),
      }),
      costPerM: between(5, 15) / 10_000,
      costPerSecond: between(0, 10) / 1_000,
      fixedCost: between(0, 1) * 20,
      earliest: between(0, 500),
      latest: shiftSeconds,
      rest: shape.restSeconds ? { seconds: shape.restSeconds, opens: sixth, closes: 2 * sixth } : null,
      streams: someStreams(index),
      skills: index === 0 ? 1 : 0,
      ...(shape.matrices && { matrix: between(0, shape.matrices - 1) }),
      ...(isUnderWay && {
        underWay: { load: capacity.map((amount) => between(0, Math.floor(amount / 2))), stream: 0 },
      }),
    }
  }

  function makeSpeeds(): SpeedProfiles {
    const sliceCount = 6
    return {
      from: 200,
      sliceSeconds: 900,
      sliceCount,
      ratios: Float64Array.from({ length: PROFILE_COUNT * sliceCount }, () => between(3, 12) / 10),
    }
  }
}

const PROFILE_COUNT = 3

function measureTown(points: readonly (readonly [number, number])[]): Matrix {
  const size = points.length
  const distances = new Int32Array(size * size)
  const durations = new Int32Array(size * size)
  for (const [i, [ax, ay]] of points.entries()) {
    for (const [j, [bx, by]] of points.entries()) {
      distances[i * size + j] = Math.ceil(Math.hypot(ax - bx, ay - by))
      durations[i * size + j] = Math.ceil(Math.hypot(ax - bx, ay - by) / 10)
    }
  }
  return { distances, durations }
}
