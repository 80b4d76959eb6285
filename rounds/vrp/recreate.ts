import type { Random } from '../../model/random.ts'
import { findInsertion } from './find-insertion.ts'
import { moveTips } from './move-tip.ts'
import type { PreparedProblem } from './prepare-problem.ts'
import { putIn, type Solution } from './solution.ts'

/** Of those that have been absent for longer, so many are tried again: of the nearest to what was ruined, and any. */
const NEAR_ABSENT_TRIED = 10
const ANY_ABSENT_TRIED = 5

/** So many neighbours may make it worth sending a vehicle out for them all. */
const GATHERED_MAX = 60

/**
 * Greedy insertion with blinks (section 5.2): puts the absent back, each where it costs least; those that fit nowhere
 * stay out. The first `longAbsent` of the list have been absent for longer than the others, which were ruined around the
 * customer `seed`. Once the routes cost `costMax`, the rest stays out, since it would be taken back anyhow.
 */
export function recreate(
  prepared: PreparedProblem,
  solution: Solution,
  random: Random,
  longAbsent: number,
  seed: number,
  costMax: number,
): void {
  const tried = solution.absent.splice(longAbsent)
  if (longAbsent > 0) chooseLongAbsent(prepared, solution, random, seed, tried)
  // Nobody who comes in makes the routes cheaper, but tips that are moved afterwards may.
  const isFinal = prepared.tipCount <= 1
  putBack(prepared, solution, random, tried, false, isFinal ? costMax : undefined)
}

/** Takes in all that fit: whatever it costs, or where it pays. */
export function fill(
  prepared: PreparedProblem,
  solution: Solution,
  random: Random,
  isAtAnyPrice: boolean,
): void {
  putBack(prepared, solution, random, solution.absent.splice(0), isAtAnyPrice)
}

/**
 * Takes in an absent customer with its absent neighbours, whatever it costs: what no single one of them pays for, a
 * vehicle's day, they may be worth together.
 */
export function gather(prepared: PreparedProblem, solution: Solution, random: Random): void {
  const { neighbours, neighbourCount } = prepared
  const { absent, routeOf } = solution
  const seed = absent[Math.floor(random() * absent.length)]
  if (seed === undefined) return
  const most = 1 + Math.floor(random() * GATHERED_MAX)
  const gathered = new Set([seed])
  for (let rank = 0; rank < neighbourCount && gathered.size < most; rank++) {
    const customer = neighbours[seed * neighbourCount + rank] as number
    if (routeOf[customer] === -1) gathered.add(customer)
  }
  const others = absent.filter((customer) => !gathered.has(customer))
  absent.length = 0
  for (const customer of others) absent.push(customer)
  putBack(prepared, solution, random, [...gathered], true)
}

function putBack(
  prepared: PreparedProblem,
  solution: Solution,
  random: Random,
  customers: number[],
  isAtAnyPrice: boolean,
  costMax = Number.POSITIVE_INFINITY,
): void {
  const { absent } = solution
  sortAbsent(prepared, customers, random)
  for (const customer of customers) {
    if (solution.routesCost >= costMax) {
      absent.push(customer)
      continue
    }
    const insertion = findInsertion(prepared, solution, customer, random, isAtAnyPrice)
    if (insertion.route === -1 || !putIn(prepared, solution, customer, insertion)) absent.push(customer)
  }
  if (prepared.tipCount > 1) moveTips(prepared, solution, random)
}

/** Moves some of the absent to those that are tried. */
function chooseLongAbsent(
  { neighbours, neighbourCount }: PreparedProblem,
  { absent, routeOf }: Solution,
  random: Random,
  seed: number,
  tried: number[],
): void {
  const isChosen = new Set<number>()
  if (absent.length > NEAR_ABSENT_TRIED + ANY_ABSENT_TRIED) {
    const ruined = new Set(tried)
    for (let rank = -1; rank < neighbourCount && isChosen.size < NEAR_ABSENT_TRIED; rank++) {
      const customer = rank === -1 ? seed : (neighbours[seed * neighbourCount + rank] as number)
      if (customer === -1 || routeOf[customer] !== -1 || ruined.has(customer)) continue
      if (random() < 0.5) isChosen.add(customer)
    }
    for (let count = 0; count < ANY_ABSENT_TRIED; count++) {
      isChosen.add(absent[Math.floor(random() * absent.length)] as number)
    }
  }
  let kept = 0
  for (const customer of absent) {
    if (isChosen.size === 0 || isChosen.has(customer)) tried.push(customer)
    else absent[kept++] = customer
  }
  absent.length = kept
}

/** At random, by demand, farthest from a depot first, or nearest first: drawn with weights 4, 4, 2 and 1. */
function sortAbsent(prepared: PreparedProblem, absent: number[], random: Random): void {
  const { dimensions, demands, distancesFromDepot } = prepared
  // Absent ones lie in the order of what was done before: a shuffle comes first, so that ties fall at random too.
  for (let i = absent.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1))
    const moved = absent[i] as number
    absent[i] = absent[j] as number
    absent[j] = moved
  }
  const draw = random() * 11
  if (draw < 4) return
  if (draw < 8) {
    absent.sort((a, b) => (demands[b * dimensions] as number) - (demands[a * dimensions] as number))
  } else if (draw < 10) {
    absent.sort((a, b) => (distancesFromDepot[b] as number) - (distancesFromDepot[a] as number))
  } else {
    absent.sort((a, b) => (distancesFromDepot[a] as number) - (distancesFromDepot[b] as number))
  }
}
