import type { Problem, Vehicle } from '../../rounds/vrp/problem.ts'

const NEVER = Number.POSITIVE_INFINITY

/**
 * The earliest that a vehicle can be somewhere on its route, with its break still to come and with it taken: Infinity
 * where that cannot be. Nothing else about the past matters to what is ahead, for a later start never arrives earlier.
 */
export interface RouteClock {
  readonly pending: number
  readonly taken: number
}

/** At the depot, free to leave or to rest first. Without a rest to take, it counts as taken. */
export function startClock({ earliest, rest }: Vehicle): RouteClock {
  return rest === null ? { pending: NEVER, taken: earliest } : { pending: earliest, taken: NEVER }
}

/** Takes the break here and now, or when it may first begin, or leaves it for later: both stay open. */
export function mayRest({ rest }: Vehicle, { pending, taken }: RouteClock): RouteClock {
  if (rest === null) return { pending, taken }
  const begin = Math.max(pending, rest.opens)
  return { pending, taken: begin <= rest.closes ? Math.min(taken, begin + rest.seconds) : taken }
}

export function waitUntil(time: number, { pending, taken }: RouteClock): RouteClock {
  return { pending: Math.max(pending, time), taken: Math.max(taken, time) }
}

/** What is later than it may be is no longer possible. A millionth of a second forgives sums in another order. */
export function dropAfter(time: number, { pending, taken }: RouteClock): RouteClock {
  const within = (value: number): number => (value <= time + 1e-6 ? value : NEVER)
  return { pending: within(pending), taken: within(taken) }
}

export function passSeconds(seconds: number, { pending, taken }: RouteClock): RouteClock {
  return { pending: pending + seconds, taken: taken + seconds }
}

export function driveTo(
  problem: Problem,
  vehicle: Vehicle,
  from: number,
  to: number,
  { pending, taken }: RouteClock,
): RouteClock {
  const arrive = (time: number): number =>
    time === NEVER ? NEVER : findArrival(problem, vehicle, from, to, time)
  return { pending: arrive(pending), taken: arrive(taken) }
}

/** When it is home: a break is due unless it is back before the last moment at which one may begin. */
export function endOf({ rest }: Vehicle, { pending, taken }: RouteClock): number {
  return rest !== null && pending <= rest.closes ? Math.min(pending, taken) : taken
}

export function isPossible({ pending, taken }: RouteClock): boolean {
  return Math.min(pending, taken) < NEVER
}

/** The distance between two places for a vehicle, in metres. */
export function findMetres(problem: Problem, vehicle: Vehicle, from: number, to: number): number {
  const { distances } = matrixOf(problem, vehicle)
  return distances[from * sizeOf(problem) + to] as number
}

/** Drives slice by slice, by how much of the way each slice's speed covers until it ends. */
function findArrival(
  problem: Problem,
  vehicle: Vehicle,
  from: number,
  to: number,
  departure: number,
): number {
  const { durations, profiles } = matrixOf(problem, vehicle)
  const arc = from * sizeOf(problem) + to
  let left = durations[arc] as number
  const { speeds } = problem
  if (!speeds || !profiles) return departure + left
  let time = departure
  for (let slice = 0; slice < speeds.sliceCount; slice++) {
    const isLast = slice === speeds.sliceCount - 1
    const sliceEnd = isLast ? NEVER : speeds.from + (slice + 1) * speeds.sliceSeconds
    if (time >= sliceEnd) continue
    const ratio = speeds.ratios[(profiles[arc] as number) * speeds.sliceCount + slice] as number
    if (time + left / ratio <= sliceEnd) return time + left / ratio
    left -= (sliceEnd - time) * ratio
    time = sliceEnd
  }
  throw new Error('the last slice has no end')
}

function matrixOf({ matrices }: Problem, { matrix = 0 }: Vehicle): Problem['matrices'][number] {
  const found = matrices[matrix]
  if (!found) throw new Error(`there is no matrix ${matrix}`)
  return found
}

function sizeOf({ customers, tips, depotCount }: Problem): number {
  return customers.length + tips.length + depotCount
}
